"""The words a stored architecture may use: what Keras offers to build an image classifier from.

Left out of Keras's layers on purpose: Lambda (Python code), TFSMLayer, TorchModuleWrapper, JaxLayer
and FlaxLayer (code from elsewhere), lookups and hashing (text, files), sound, and the bare base classes.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    """The words of a text; `{1,2,3}D` stands for 1D, 2D and 3D."""
    words = text.split()
    return frozenset(word.replace("{1,2,3}", n) for word in words for n in "123")


MODELS = frozenset({"Functional", "Model", "Sequential"})
LAYERS = _words("""
    Conv{1,2,3}D Conv{1,2,3}DTranspose Convolution{1,2,3}D Convolution{1,2,3}DTranspose
    DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D
    AveragePooling{1,2,3}D AvgPool{1,2,3}D MaxPooling{1,2,3}D MaxPool{1,2,3}D
    GlobalAveragePooling{1,2,3}D GlobalAvgPool{1,2,3}D GlobalMaxPooling{1,2,3}D GlobalMaxPool{1,2,3}D
    AdaptiveAveragePooling{1,2,3}D AdaptiveMaxPooling{1,2,3}D
    Cropping{1,2,3}D UpSampling{1,2,3}D ZeroPadding{1,2,3}D
    InputLayer Dense EinsumDense Embedding Flatten Reshape Permute RepeatVector Identity Masking
    Add Average Concatenate Dot Maximum Minimum Multiply Subtract
    Activation ELU LeakyReLU PReLU ReLU Softmax
    Dropout AlphaDropout GaussianDropout GaussianNoise SpatialDropout{1,2,3}D ActivityRegularization
    BatchNormalization GroupNormalization LayerNormalization RMSNormalization UnitNormalization SpectralNormalization
    AdditiveAttention Attention MultiHeadAttention GroupQueryAttention GroupedQueryAttention
    RNN SimpleRNN SimpleRNNCell GRU GRUCell LSTM LSTMCell StackedRNNCells ConvLSTM{1,2,3}D
    Bidirectional TimeDistributed
    CategoryEncoding Discretization Normalization Rescaling Resizing CenterCrop Pipeline
    AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization MixUp RandAugment
    RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform
    RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective
    RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom
    Solarization
    """)
READ_FILES = _words("TFSMLayer StringLookup IntegerLookup TextVectorization")
CUDNN = _words("CuDNNLSTM CuDNNGRU")
# Layers after which the number of channels has nothing to do with that before them.
RESHAPING = _words("""
    AdditiveAttention Attention Bidirectional CategoryEncoding Dot EinsumDense GroupQueryAttention
    GroupedQueryAttention Permute Pipeline RNN Reshape StackedRNNCells TimeDistributed
    """)
# Layers that leave a map's width and height as they are.
SAME_PLACES = _words("""
    Activation ELU LeakyReLU PReLU ReLU BatchNormalization Dropout SpatialDropout2D GaussianNoise Rescaling
    ZeroPadding2D
    """)
ACTIVATIONS = _words("""
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear
    log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus
    sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold
    """)
# Initializers, regularizers, constraints, types of numbers.
PARTS = _words("""
    Constant GlorotNormal GlorotUniform HeNormal HeUniform IdentityInitializer LecunNormal LecunUniform Ones
    Orthogonal OrthogonalInitializer RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros
    L1 L1L2 L2 OrthogonalRegularizer MaxNorm MinMaxNorm NonNeg UnitNorm
    DTypePolicy DTypePolicyMap FloatDTypePolicy QuantizedDTypePolicy QuantizedFloat8DTypePolicy Policy
    """)
PLAIN = _words("__keras_tensor__ __numpy__ __tensor__ __tuple__ __slice__ __ellipsis__ __bytes__ TensorShape")
CORE_OPERATIONS = _words("""
    Cast ConvertToTensor SaturateCast Scatter ScatterUpdate Slice SliceUpdate StopGradient Unstack
    """)

KERAS = re.compile(
    r"(tensorflow\.)?(tf_)?keras(\.src)?(\.(layers|models|engine|initializers|regularizers|constraints|activations"
    r"|dtype_policies|mixed_precision|quantizers)(\.[a-z0-9_]+)*)?"
)
OPERATIONS = re.compile(r"keras\.src\.ops\.(numpy|nn|math|linalg|image|einops)")
CONVNEXT = "keras.src.applications.convnext"  # its own layer, of one multiplication
CORE = re.compile(r"keras\.src\.ops\.core")
TRAINING = re.compile(r"keras(\.src)?\.(optimizers|losses|metrics)(\.[a-z0-9_]+)*")
FUNCTIONS = re.compile(r"builtins|keras(\.src)?\.(activations(\.activations)?|ops)")


def is_keras(kind: str, module: object, registered: object) -> bool:
    """Whether a class is on the lists, and is meant to come from where these are.

    Operations are pure arithmetic, and Keras gives nothing but operations from those modules; what
    a nested network was trained with is classes of Keras's own only, too.
    """
    if registered not in (None, kind):
        return False
    if module is None:  # a legacy file knows no modules, and Keras looks up layers and parts only
        return kind in MODELS | LAYERS | PARTS
    if not isinstance(module, str):
        return False
    if module == CONVNEXT:
        return kind == "LayerScale"
    if CORE.fullmatch(module):
        return kind in CORE_OPERATIONS
    if OPERATIONS.fullmatch(module) or TRAINING.fullmatch(module):
        return kind.isidentifier()
    return kind in MODELS | LAYERS | PARTS and KERAS.fullmatch(module) is not None


def is_function(name: object, module: object) -> bool:
    """Whether a function is one of Keras's activations, or a loss or metric of a nested network."""
    if module is not None and not isinstance(module, str):
        return False
    if module is not None and TRAINING.fullmatch(module):
        return isinstance(name, str) and name.isidentifier()
    return name in ACTIVATIONS and (module is None or FUNCTIONS.fullmatch(module) is not None)
