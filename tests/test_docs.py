"""What is documented is there, and what is there is documented."""

import re
from pathlib import Path

import pytest

import analysis.rule
import datasets
import workspace.plan  # noqa: F401 - makes every rule known
from layouts import pages
from layouts.page import ordered

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
COLUMNS = (ROOT / "docs" / "columns.md").read_text()


def test_every_rule_stands_in_the_list_of_columns():
    missing = [rule.name for rule in analysis.rule.RULES if f"| `{rule.name}` |" not in COLUMNS]
    assert not missing


def test_the_list_of_columns_names_no_rule_that_is_gone():
    assert set(re.findall(r"^\| `([^`]+)` \|", COLUMNS, re.MULTILINE)) == set(analysis.rule.RULES.names())


def test_every_rule_says_what_it_is():
    silent = [rule.name for rule in analysis.rule.RULES if len(rule.description) < 30]
    assert not silent


def test_the_readme_names_every_dataset_and_page():
    pages()
    missing = [name for name in datasets.known() if f"`{name}`" not in README]
    missing += [page.title for page in ordered() if f"**{page.title}**" not in README]
    assert not missing


def test_the_readme_gives_a_reason_for_every_requirement():
    names = ("requirements.txt", "requirements-backbones.txt")
    lines = [line for name in names for line in (ROOT / name).read_text().splitlines()]
    packages = [re.split(r"[<>=; ]", line)[0] for line in lines if line and not line.startswith(("#", "-r "))]
    assert len(packages) > 10
    reasons = "\n".join(line for line in README.splitlines() if line.startswith("|"))
    assert not [package for package in packages if package not in reasons]


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/guide.md", "docs/query.md", "model/README.md"],
)
def test_links_between_documents_lead_somewhere(name):
    document = ROOT / name
    targets = re.findall(r"\]\(([^)#:]+)\)", document.read_text())
    assert not [target for target in targets if not (document.parent / target).exists()]


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(int(path.name[:3]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
