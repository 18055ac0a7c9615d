"""Nothing of the portal stays English: the catalogues are whole, and keep to the glossary."""

import re
import shutil
import subprocess
from gettext import GNUTranslations
from pathlib import Path
from typing import TypeAlias

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import trans_real
from lxml import html as parsed

from accounts.models import User
from allocations.models import Application
from deploy.testbed.layout import REPOSITORY

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sd%]|\{\w*(?::[^}]*)?\}")
TAG = re.compile(r"</?[a-z][^>]*>")
SHORTEST = 3
OPEN_PAGES = ("home", "eligibility", "account_login", "account_signup", "gpu_help")
STAFF_PAGES = ("home", "queue", "review", "sites", "people", "tracks", "mails", "own_mails")
SOURCES = ("accounts", "allocations", "portal", "templates")

Key: TypeAlias = str | tuple[str, int]
"""A message as gettext knows it; one with a plural has a key for each of its forms."""
Messages: TypeAlias = dict[Key, str]


def compiled(catalogue: Path, target: Path) -> Messages:
    """What a program would find: neither fuzzy nor empty messages."""
    subprocess.run(["msgfmt", "-o", target, catalogue], check=True, timeout=60)
    with target.open("rb") as file:
        found: Messages = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in found.items() if key}


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Messages:
    """Every message that the sources have now, read from a copy of them."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        left_out = shutil.ignore_patterns("node_modules", "__pycache__", "locale", "migrations")
        shutil.copytree(REPOSITORY / name, folder / name, ignore=left_out)
    locale = folder / "locale"
    locale.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(settings, "LOCALE_PATHS", [locale])
        call_command("makemessages", locale=["en"], verbosity=0)
    found, whole = locale / "en" / "LC_MESSAGES" / "django.po", folder / "en.po"
    # It gives each message itself as its translation.
    subprocess.run(["msgen", "-o", whole, found], check=True, timeout=60)
    return compiled(whole, folder / "en.mo")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def translated(language: str, tmp_path_factory: pytest.TempPathFactory) -> Messages:
    return compiled(_catalogue(language), tmp_path_factory.mktemp(language) / "django.mo")


def _catalogue(language: str) -> Path:
    return REPOSITORY / "portal" / "locale" / language / "LC_MESSAGES" / "django.po"


def test_messages_are_marked_by_names_that_the_extraction_knows() -> None:
    files = (path for name in SOURCES for path in (REPOSITORY / name).rglob("*.py"))
    other = re.compile(r"gettext(?:_lazy|_noop)? as (?!_\b)\w+")
    wrong = [path for path in files if other.search(path.read_text(encoding="utf-8"))]
    assert not [path for path in wrong if "node_modules" not in path.parts]


# What is no text for people, or marked; then what people read in attributes.
NO_TEXT = re.compile(
    r"\{#.*?#\}|\{% comment .*?endcomment %\}|\{% blocktranslate.*?endblocktranslate %\}"
    r"|<script.*?</script>|<style.*?</style>|\{%.*?%\}|\{\{.*?\}\}",
    re.DOTALL,
)
READ_OUT = re.compile(
    r'\b(?:placeholder|title|aria-label|alt|label|data-label|data-copied|data-unsaved)="([^"]*)"'
)
SAME_EVERYWHERE = {
    "Belfry", "CSV", "JSON", "QOS", "GPU", "CPU", "kWh", "kg", "Message-ID",
    # Commands, and words of addresses and of classes.
    "ssh", "ssh-keygen", "ed25519", "sbatch", "squeue", "--me", "slurm-bridge", "apply", "--config",
    "/etc/belfry/", ".toml", "--plan-id", "--force-removals", "#discussion", "?state=remaining",
    "narrow-page",
}  # fmt: skip


def unmarked(template: str) -> list[str]:
    """Words of a template that would be the same in each language."""
    text = NO_TEXT.sub(" ", template)
    read = " ".join([*READ_OUT.findall(text), re.sub(r"<[^>]*>", " ", text)])
    return [
        word
        for word in read.split()
        if word not in SAME_EVERYWHERE and re.search("[^\\W\\d_]{2}", word)
    ]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Hours</p>", ["Hours"]),
        ('<p title="Your hours">{% translate "Hours" %}</p>', ["Your", "hours"]),
        ("{% blocktranslate %}{{ n }} of them{% endblocktranslate %} of {{ n }} kWh", ["of"]),
        ("{# a note #}<script>let it = 1;</script><b class='state'>{{ name }}</b> % 3 s", []),
    ],
)
def test_text_that_nobody_marked_is_found(template: str, words: list[str]) -> None:
    assert unmarked(template) == words


def test_no_template_has_text_that_nobody_marked() -> None:
    templates = [
        *(REPOSITORY / "templates").rglob("*.html"),
        *(REPOSITORY / "templates").rglob("*.txt"),
    ]
    assert len(templates) > 100
    found = {path.name: words for path in templates if (words := unmarked(path.read_text()))}
    assert not found


def test_every_message_is_translated(english: Messages, translated: Messages) -> None:
    missing = {_shown(key) for key in english.keys() - translated.keys()}
    missing |= {_shown(key) for key, text in translated.items() if not text.strip()}
    assert not missing, f"{len(missing)} messages are missing, empty or fuzzy"


def test_nothing_is_translated_that_is_no_longer_there(
    english: Messages, translated: Messages, language: str
) -> None:
    assert not {_shown(key) for key in translated.keys() - english.keys()}
    assert "\n#~ " not in _catalogue(language).read_text(encoding="utf-8")


def test_placeholders_and_tags_are_those_of_the_english(
    english: Messages, translated: Messages
) -> None:
    wrong = [
        (_shown(key), text)
        for key, text in translated.items()
        if key in english and not _has_the_same_parts(key, text, english)
    ]
    assert not wrong


def _has_the_same_parts(key: Key, text: str, english: Messages) -> bool:
    if isinstance(key, tuple):
        # A form of a plural may leave out the number, or say it where the other does not.
        allowed = {part for form in (0, 1) for part in _parts(english[key[0], form])}
        needed = set(_parts(english[key[0], 0])) & set(_parts(english[key[0], 1]))
        return needed <= set(_parts(text)) <= allowed
    return sorted(_parts(text)) == sorted(_parts(english[key]))


def _parts(text: str) -> list[str]:
    return PLACEHOLDER.findall(text) + TAG.findall(text)


def test_pages_have_no_english_left(
    client: Client,
    english: Messages,
    translated: Messages,
    language: str,
    administrator: User,
    submitted: Application,
) -> None:
    subprocess.run([REPOSITORY / "deploy" / "catalogues"], check=True, timeout=60)
    trans_real._translations.clear()
    ours = {
        key.strip()
        for key in english.keys() & translated.keys()
        if isinstance(key, str) and len(key) > SHORTEST and translated[key] != key
    }
    # An English word may be a German one as well.
    ours -= set(translated.values())
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    left = _left_on(client, OPEN_PAGES, ours)
    client.force_login(administrator)
    addresses = {"review": reverse("review", args=[submitted.reference])}
    left |= _left_on(client, STAFF_PAGES, ours, **addresses)
    assert not left


def _left_on(
    client: Client, pages: tuple[str, ...], ours: set[str], **addresses: str
) -> dict[str, list[str]]:
    """The English texts of each page that has some."""
    found = {}
    for name in pages:
        page = client.get(addresses.get(name) or reverse(name))
        assert page.status_code == 200, name
        tree = parsed.fromstring(page.content.decode())
        texts = {" ".join(text.split()) for text in tree.xpath("//text()|//@aria-label|//@alt")}
        found[name] = sorted(texts & ours)
    return {name: texts for name, texts in found.items() if texts}


def test_catalogues_keep_to_the_glossary(
    english: Messages, translated: Messages, language: str
) -> None:
    for shown, messages in ((language, translated), ("en", english)):
        wrong = [
            f"{text!r}: not “{word}”"
            for word in _forbidden(shown)
            for text in messages.values()
            if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
        ]
        assert not wrong, "docs/glossary.md says which word instead"


def _forbidden(language: str) -> list[str]:
    """The second table of the glossary: a language, a word that nobody uses, what is said."""
    glossary = (REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(rf"^\| {language} \| ([^|]+) \|", glossary, re.MULTILINE)
    assert words, f"the glossary forbids nothing in {language}"
    return [word.strip() for word in words]


def _shown(key: Key) -> str:
    return key if isinstance(key, str) else key[0]
