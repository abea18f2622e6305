"""Letters as mails, pages, Word documents, zip files: the same bytes each time, and whatever is in the data stays text."""

import email
import email.policy
import html.parser
import io
import re
import shutil
import subprocess
import zipfile

import docx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.letters import KINDS
from arkit.letters.accounts import Books
from arkit.letters.mail import as_mail
from arkit.letters.markup import Block, Envelope, Letter, Run, Table, one_line
from arkit.letters.packs import pack
from arkit.letters.page import as_page
from arkit.letters.paper import as_document, zipped
from arkit.letters.plain import as_text
from arkit.letters.speech import LANGUAGES
from arkit.letters.writing import Desk, write_letters
from arkit.policy import Policy
from arkit.tables import ACTIONS, CUSTOMERS, DOCUMENTS

AS_OF = pd.Timestamp("2026-10-31")
#: Names that try to be something else.
HOSTILE = [
    '=cmd|"/C calc"!A1',
    "<script>alert('x')</script>",
    "{{7*7}}",
    "{% raw %}",
    "Miller\r\nBcc: all@evil.example",
    "\u202egnp.exe",
    "A & B <x>",
    "@SUM(1)",
    "[items]",
    "# Head",
    "]]>",
    '"><img src=x onerror=alert(1)>',
    "&#x3c;b&#x3e;",
    "\x00\x0b\ufffe",
    "עברית",
    "''; DROP TABLE",
]


def books(name="Miller Ltd", document_id="INV-1", *, action="firm_notice", rows=1, **more):
    """The books of one customer of that name, who owes documents of that number."""
    documents = DOCUMENTS.conform(
        pd.DataFrame(
            {
                "as_of": AS_OF,
                "customer_id": name,
                "document_id": [document_id] * rows,
                "kind": "invoice",
                "issued": AS_OF - pd.Timedelta(days=60),
                "due_date": AS_OF - pd.Timedelta(days=30),
                "amount": 100.0,
                "open_amount": 100.0,
                "currency": "EUR",
                "settled": False,
                "settled_on": pd.NaT,
                "days_late": 30,
                "reference": name,
                "instalment": [str(number) if number else "" for number in range(rows)],
            }
        )
    )
    blank = ACTIONS.blank() | {
        "as_of": AS_OF,
        "priority": 1,
        **dict.fromkeys(["at_stake", "balance", "blocked_amount"], 0.0),
        "score": 50.0,
        "customer_id": name,
        "currency": "EUR",
        "action": action,
        "name": name,
        "reason": name,
        "next_step": name,
    }
    known = {"customer_id": [name], "name": name, "contact": name, "address": name, "country": name, "phone": name}
    said = pd.DataFrame(
        {
            "date": [AS_OF - pd.Timedelta(days=5)],
            "customer_id": name,
            "kind": "reminder",
            "document_id": document_id,
            "reason": name,
        }
    )
    policy = Policy.parse("[company]\n" + "\n".join(f'{key} = "x"' for key in ("name", "sender", "phone", "email", "pay_to")))
    return {
        "actions": pd.DataFrame([blank]),
        "documents": documents,
        "customers": CUSTOMERS.conform(pd.DataFrame(known | more)),
        "policy": policy,
        "notes": said,
    }


def made(kind, **more):
    """A letter of any kind, the guards left out."""
    given_ = books(**more)
    name = given_["actions"]["customer_id"][0]
    desk = Desk(Books.of(**given_))
    desk.gather({name})
    return desk, desk.letter(kind, name, {"EUR"})


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.words = set(), ""

    def handle_starttag(self, tag, attrs):
        self.seen.add((tag, *(key for key, _ in attrs)))

    def handle_data(self, data):
        self.words += data


def document_words(content):
    """All words of a Word document, paragraphs and cells."""
    read = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in read.paragraphs] + cells)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text_in_every_form(name):
    _, letter = made("firm_notice", name=name, document_id=name)
    seen = one_line(name).strip()
    tags, plain_tags = Tags(), Tags()
    tags.feed(as_page(letter))
    plain_tags.feed(as_page(made("firm_notice")[1]))
    assert tags.seen - {("td", "colspan"), ("td", "class", "colspan")} == plain_tags.seen - {
        ("td", "colspan"),
        ("td", "class", "colspan"),
    }
    message = email.message_from_bytes(as_mail(letter), policy=email.policy.default)
    assert sorted(message.keys()) == ["Content-Type", "MIME-Version", "Subject", "X-Unsent"]
    words = document_words(as_document(letter))
    for shown in (tags.words, message.get_body(("plain",)).get_content(), words):
        flat = " ".join(shown.split())
        assert " ".join(seen.split()) in flat
        assert "49" not in flat
        assert "\u202e" not in shown
    assert not [line for line in message.get_body(("plain",)).get_content().splitlines() if line.startswith("Bcc")]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text_in_what_is_handed_over_and_in_file_names(name, tmp_path):
    (path,) = write_letters(tmp_path / "letters", **books(name=name, document_id=name, action="agency"))
    assert path.parent == tmp_path / "letters"
    assert re.fullmatch(r"hand-over-[A-Za-z0-9._-]+\.zip", path.name)
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            if entry.endswith(".csv"):
                table = pd.read_csv(io.BytesIO(archive.read(entry)), dtype="str", keep_default_na=False)
                assert not table.map(lambda cell: cell.startswith(("=", "+", "-", "@", "\t", "\r"))).any(axis=None)
            else:
                assert " ".join(one_line(name).split()) in " ".join(document_words(archive.read(entry)).split())


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40), st.booleans())
def test_any_words_make_a_document_that_can_be_read(words, bold):
    table = Table(("A", "B"), (False, True), [(one_line(words), "1")], ["plain"])
    runs = ((Run(one_line(words), bold),),)
    letter = Letter(
        one_line(words), (Block("paragraph", runs), Block("verse", runs), Block("list", name="x")), {"x": [table]}, "en"
    )
    assert one_line(words).strip() in document_words(as_document(letter))
    tags = Tags()
    tags.feed(as_page(letter))
    assert "script" not in {tag for tag, *_ in tags.seen}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"factoring"}))
def test_the_same_facts_give_the_same_bytes(kind):
    first, second = made(kind), made(kind)
    for form in (as_mail, as_document, as_text, as_page):
        assert form(first[1]) == form(second[1])
    if kind == "hand_over":
        packs = [
            pack(letter, letter, desk.of("Miller Ltd")["accounts"][0], desk.of("Miller Ltd"))
            for desk, letter in (first, second)
        ]
        assert packs[0] == packs[1]


def test_a_document_bears_no_day_of_its_making():
    content = as_document(made("firm_notice")[1])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\d", core)) == {"1980-01-01"}
    assert "python-docx" not in core
    assert zipped([("a", b"x")]) == zipped([("a", b"x")])


def test_a_document_says_what_the_mail_says_and_whom_it_is_to():
    _, letter = made("firm_notice")
    letter = letter._replace(envelope=Envelope("from us", ("Miller Ltd", "Quay Lane"), "31 October 2026"))
    read = docx.Document(io.BytesIO(as_document(letter)))
    assert [paragraph.text for paragraph in read.paragraphs[:4]] == [
        "from us",
        "Miller Ltd\nQuay Lane",
        "31 October 2026",
        letter.subject,
    ]
    assert read.paragraphs[3].style.name == "Heading 1"
    words = " ".join(document_words(as_document(letter)).split())
    for paragraph in as_text(letter).split("\n\n"):
        if "--" not in paragraph and not paragraph.isupper():
            assert " ".join(paragraph.removeprefix("- ").split()) in words
    (table,) = read.tables
    assert [[cell.text for cell in row.cells][-1] for row in table.rows] == ["Open", "€100.00", "€100.00"]


def test_a_long_table_repeats_its_heading_and_breaks_no_row():
    content = as_document(made("firm_notice", rows=200)[1])
    body = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert body.count("<w:tblHeader/>") == 1
    assert body.count("<w:cantSplit/>") == 202


def test_a_page_is_in_its_language_and_needs_nothing_from_elsewhere():
    for language in LANGUAGES:
        page = as_page(made("firm_notice", language=language)[1])
        assert f'<html lang="{language}">' in page
        assert not re.findall(r"""(?:src|href)\s*=|url\(|@import""", page)


def test_lines_of_text_are_no_longer_than_a_screen():
    for language in LANGUAGES:
        for kind in ("reminder", "firm_notice", "final_demand", "call"):
            said = as_text(made(kind, language=language)[1])
            assert max(len(line) for line in said.splitlines()) <= 100


def test_a_word_processor_opens_what_goes_by_post(tmp_path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not installed: documents are not opened for real")
    files = []
    for language in LANGUAGES:
        path = tmp_path / f"{language}.docx"
        path.write_bytes(as_document(made("final_demand", language=language, rows=60)[1]))
        files.append(str(path))
    profile = f"-env:UserInstallation=file://{tmp_path}/office"
    done = subprocess.run(
        [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path), *files],
        capture_output=True,
        check=False,
    )
    if not (tmp_path / "en.pdf").exists() and b"no export filter" in done.stdout + done.stderr:
        pytest.skip("LibreOffice Writer is not installed: documents are not opened for real")
    assert {path.stem for path in tmp_path.glob("*.pdf")} == set(LANGUAGES)
    assert all(path.read_bytes().startswith(b"%PDF") for path in tmp_path.glob("*.pdf"))
