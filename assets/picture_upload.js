/* A button, and a place to drop a file: the picture goes to the server, which answers with a name for it.
   Props are documented in layouts/kit/picture_upload.py. */
(function () {
  "use strict";
  const innerview = (window.innerview = window.innerview || {});

  const LIMIT = 2_000_000; // bytes of one request, with some room: the server takes 2 MiB
  const SIDES = [1600, 1024, 640]; // what a larger picture is shrunk to, in pixels
  const ADVICE = "save it as PNG or JPEG, smaller than 2 MB";

  const megabytes = (bytes) => (bytes / 1e6).toFixed(1) + " MB";

  // A picture that fits into a request: the file itself, or a smaller copy of what the browser sees in it.
  async function fitting(file) {
    if (file.size <= LIMIT) return { body: file, shrunk: "" };
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      throw new Error(`${file.name}: ${megabytes(file.size)}, and not a picture that this browser can shrink; ${ADVICE}`);
    }
    const shrunk = `${bitmap.width}x${bitmap.height}`;
    const canvas = document.createElement("canvas");
    for (const side of SIDES) {
      const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      const pen = canvas.getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const body = await new Promise((done) => canvas.toBlob(done, "image/png"));
      if (body && body.size <= LIMIT) {
        bitmap.close();
        return { body, shrunk };
      }
    }
    bitmap.close();
    throw new Error(`${file.name}: ${megabytes(file.size)} is too much for one picture; ${ADVICE}`);
  }

  async function send(file) {
    const { body, shrunk } = await fitting(file);
    const query = new URLSearchParams({ name: file.name, shrunk });
    let answer;
    try {
      answer = await fetch(`upload?${query}`, {
        method: "POST", body, headers: { "Content-Type": "application/octet-stream" },
      });
    } catch {
      throw new Error(`${file.name}: the server does not answer; try again`);
    }
    if (!answer.ok) throw new Error(`${file.name}: was refused (${answer.status}); ${ADVICE}`);
    const { name, error } = await answer.json();
    if (error) throw new Error(error);
    return name;
  }

  innerview.PictureUpload = function PictureUpload({ id, label, setProps }) {
    const { createElement: h, useCallback, useEffect, useRef, useState } = window.React;
    const box = useRef(null);
    const [busy, setBusy] = useState("");
    const [trouble, setTrouble] = useState("");
    const [over, setOver] = useState(false);
    const latest = useRef(setProps);
    const here = useRef(true);
    latest.current = setProps;
    useEffect(() => {
      here.current = true;
      return () => { here.current = false; };
    }, []);

    const take = useCallback(async (files) => {
      const file = files && files[0];
      if (!file) return;
      setTrouble("");
      setBusy(file.name);
      try {
        const name = await send(file);
        if (here.current) latest.current({ uploaded: { name, stamp: Date.now() } });
      } catch (error) {
        if (here.current) setTrouble(error.message);
      }
      if (here.current) setBusy("");
    }, []);

    // A file that misses the button must not replace the page: the whole page takes it.
    useEffect(() => {
      const has = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
      const drag = (event) => { if (has(event)) { event.preventDefault(); setOver(true); } };
      const leave = (event) => { if (!event.relatedTarget) setOver(false); };
      const drop = (event) => {
        if (!has(event)) return;
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      };
      const heard = { dragover: drag, dragleave: leave, drop };
      for (const name in heard) window.addEventListener(name, heard[name]);
      return () => { for (const name in heard) window.removeEventListener(name, heard[name]); };
    }, [take]);

    const change = (event) => {
      take(event.target.files);
      event.target.value = ""; // the same file may be chosen again
    };
    return h("div", { className: "picture-upload" },
      h("input", {
        ref: box, type: "file", accept: "image/*", hidden: true, onChange: change, "data-testid": JSON.stringify(id),
      }),
      h("button", {
        type: "button", className: over ? "outline dropping" : "outline", disabled: Boolean(busy),
        onClick: () => box.current.click(),
        title: "A PNG, JPEG, BMP, GIF, WebP or TIFF file. It can also be dropped anywhere on this page",
      }, over ? "Drop it here" : busy ? "Sending …" : label),
      busy && h("span", { className: "note", role: "status" }, busy),
      trouble && h("span", { className: "failed", role: "alert" }, trouble)
    );
  };
})();
