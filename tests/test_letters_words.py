"""What letters may say, in every language and of every template, ours and the users'."""

import email
import email.policy
import itertools
import re
import shutil

import pandas as pd
import pytest

from arkit.errors import ArkitError, OutputRefused
from arkit.letters import KINDS, OURS, check_words
from arkit.letters.kinds import TONES, at_least
from arkit.letters.markup import marked, one_line, read
from arkit.letters.speech import LANGUAGES, speech
from arkit.letters.templates import Templates
from arkit.letters.tone import without_code
from arkit.letters.writing import write_letters
from arkit.policy import Policy
from arkit.tables import ACTIONS, CUSTOMERS, DOCUMENTS

AS_OF = pd.Timestamp("2026-10-31")
ASKED = DOCUMENTS.conform(
    pd.DataFrame(
        {
            "as_of": AS_OF,
            "customer_id": ["C1"],
            "document_id": "INV-1",
            "kind": "invoice",
            "issued": AS_OF - pd.Timedelta(days=60),
            "due_date": AS_OF - pd.Timedelta(days=30),
            "amount": 100.0,
            "open_amount": 100.0,
            "currency": "EUR",
            "settled": False,
            "settled_on": pd.NaT,
            "days_late": 30,
        }
    )
)
#: Words that speak of courts, agencies and what follows them, in each language.
LEGAL = {
    "en": ["court", "lawyer", "legal steps", "collection agency", "letter before action", "solicitors", "sue you"],
    "de": [
        "Gericht",
        "gerichtlich",
        "Inkasso",
        "Rechtsanwalt",
        "Mahnbescheid",
        "Klage",
        "Gerichtsvollzieher",
        "dann sehen wir uns gezwungen",
        "wir werden weitere Schritte unternehmen",
    ],
    "fr": [
        "tribunal",
        "huissier",
        "mise en demeure",
        "avocat",
        "recouvrement",
        "assignation",
        "injonction de payer",
        "pénalités",
        "sommation",
    ],
    "es": [
        "demanda",
        "juzgado",
        "abogados",
        "agencia de cobro",
        "acciones legales",
        "burofax",
        "procedimiento monitorio",
        "empresa de recobro",
        "nos veremos obligados",
        "emprender acciones",
        "tomaremos medidas",
    ],
}
DEADLINE = {"en": "at the latest", "de": "spätestens", "fr": "au plus tard", "es": "a más tardar"}
NEVER = {
    "en": [
        "pay or else",
        "we will publish it publicly",
        "you should be ashamed",
        "this is fraud",
        "we guarantee a discount",
        "the police",
    ],
    "de": [
        "zahlen Sie, sonst werden Sie sehen",
        "Sie sollten sich schämen",
        "das ist Betrug",
        "Schufa",
        "wir verzichten auf den Rest",
        "Polizei",
        "das hat Konsequenzen",
        "Ihre letzte Chance",
    ],
    "fr": [
        "vous le regretterez",
        "mauvais payeur",
        "c'est une honte",
        "nous renonçons au reste",
        "la police",
        "liste noire",
        "sous peine de",
        "escroc",
    ],
    "es": [
        "aténgase o atenerse a las consecuencias",
        "es una vergüenza",
        "morosos",
        "renunciamos al resto",
        "la policía",
        "lista negra",
        "le denunciaremos",
        "es su última oportunidad",
        "los ficheros de solvencia",
        "aténgase a lo que ocurra",
        "la condonación del resto",
    ],
}


def template(folder, words, name="en/reminder.j2"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, "utf-8")
    return folder


def written(folder, templates, *, name="Miller Ltd", action="reminder"):
    """The one letter to a customer of that name, by templates of our own."""
    blank = ACTIONS.blank() | {
        "as_of": AS_OF,
        "priority": 1,
        **dict.fromkeys(["at_stake", "balance", "blocked_amount"], 0.0),
        "score": 50.0,
        "ask_for": 100.0,
        "customer_id": "C1",
        "currency": "EUR",
        "action": action,
        "name": name,
    }
    known = CUSTOMERS.conform(pd.DataFrame({"customer_id": ["C1"], "name": [name]}))
    policy = Policy.parse(f"[letters]\ntemplates = '{templates}'" if templates else "")
    (path,) = write_letters(folder, actions=pd.DataFrame([blank]), documents=ASKED, customers=known, policy=policy)
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return message["Subject"], message.get_body(("plain",)).get_content().replace("\r\n", "\n")


# our own templates


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_template_in_every_language_and_says_nothing_it_must_not(language):
    folder = OURS / language
    assert {path.stem for path in folder.glob("[!_]*.j2")} == set(KINDS)
    templates = Templates()
    for kind in KINDS:
        names = [
            kind,
            *(part.stem for part in folder.glob("_*.j2") if f'"{language}/{part.name}"' in templates.source(kind, language)),
        ]
        found = [
            (name, one) for name in names for one in check_words(without_code(templates.source(name, language)), kind, language)
        ]
        assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_a_template_runs_into_the_next_without_a_blank(language):
    """A line break after a block is taken away: words before the block and on the next line would be one word."""
    for path in (OURS / language).glob("*.j2"):
        lines = path.read_text("utf-8").split("\n")
        glued = [
            line for line, after in itertools.pairwise(lines) if re.search(r"^(?!{%).+%}$", line) and re.match(r"\w|{{", after)
        ]
        assert not glued, path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tone_grows_along_the_ladder(language):
    """Each template says something that nothing milder may say, except the mildest, and nothing sterner than its kind."""
    templates = Templates()
    for kind in ("reminder", "second_reminder", "firm_notice", "final_demand"):
        words = without_code(templates.source(kind, language))
        milder = [other for other, of in KINDS.items() if not at_least(of.tone, KINDS[kind].tone)]
        assert milder
        assert all(check_words(words, other, language) for other in milder), kind
        sterner = [other for other, of in KINDS.items() if at_least(of.tone, KINDS[kind].tone)]
        assert not any(check_words(words, other, language) for other in sterner), kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_courts_and_agencies_are_named_from_the_final_demand_on_and_deadlines_from_the_firm_notice_on(language):
    for kind, of in KINDS.items():
        for words in LEGAL[language]:
            assert bool(check_words(words, kind, language)) == (not at_least(of.tone, "last")), (kind, words)
        assert bool(check_words(DEADLINE[language], kind, language)) == (not at_least(of.tone, "firm")), kind


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_threatened_or_shamed_or_promised_what_nobody_may_promise(language, kind):
    assert not [words for words in NEVER[language] if not check_words(words, kind, language)]


def test_the_words_of_every_tone_are_tones():
    for language in LANGUAGES:
        assert set(speech(language).words["tone"]["from"]) <= set(TONES)


# the check


@pytest.mark.parametrize(
    "words",
    [
        "our LAWYERS",
        "legal\n  action",
        "the\u00a0collection\u00a0agency",
        "col\u00adlection agency",
        "we\u200b sue",
        "Court.",
        "(court)",
        "letter before\naction",
    ],
)
def test_words_are_found_whatever_their_case_and_the_blanks_in_them(words):
    assert check_words(f"Hello.\n{words}", "reminder", "en")[0].line == 2


@pytest.mark.parametrize("words", ["PENALITES DE RETARD", "pe\u0301nalite\u0301s", "MISE EN DEMEURE", "procedure", "Référé"])
def test_words_are_found_without_their_accents_and_shown_as_they_stand(words):
    (found,) = check_words(words, "reminder", "fr")
    assert found.phrase in words or found.phrase == "pénalités"


@pytest.mark.parametrize("words", ["Votre référence", "Ayez l'obligeance de nous répondre", "Nous vous en serions obligés"])
def test_courtesy_is_no_sternness(words):
    assert check_words(words, "reminder", "fr") == []


@pytest.mark.parametrize("words", ["courteous", "Dear Sir", "please issue", "pursue", "illegality"])
def test_a_word_within_another_is_not_meant(words):
    assert check_words(words, "reminder", "en") == []


@pytest.mark.parametrize(
    "words",
    [
        "a nuestro juicio",
        "los ladrillos",
        "el director ejecutivo",
        "dé la orden a su banco",
        "gracias por su interés",
        "sus emprendedores",
    ],
)
def test_spanish_words_that_only_look_like_threats_may_be_said(words):
    assert check_words(words, "reminder", "es") == []


@pytest.mark.parametrize("gap", ["[your name]", "[ ]", "{name}", "<amount>", "____", "TODO", "XXX", "%s", "Dear [customer],"])
def test_a_gap_left_open_is_found(gap):
    assert [one.why for one in check_words(gap, "reminder", "en")] == ["is a gap that was to be filled in"]


def test_a_list_by_its_name_is_no_gap():
    assert check_words("Hello\n\n[items]\n", "reminder", "en") == []


def test_a_kind_or_language_that_is_not_known_is_refused():
    with pytest.raises(ArkitError, match=r"(?s)cannot be checked.*got: 'threat', 'en'"):
        check_words("", "threat", "en")
    with pytest.raises(ArkitError, match=r"(?s)a language \(en, de, fr, es\)\n  got: 'reminder', 'nl'"):
        check_words("", "reminder", "nl")


# templates of the user


def test_a_template_of_the_users_goes_before_ours_and_the_rest_stays_ours(tmp_path):
    own = template(
        tmp_path / "own", 'Subject: Hello {{ customer.name }}\n\nIt is {{ total }}.\n\n{% include "en/_closing.j2" %}\n'
    )
    subject, words = written(tmp_path / "letters", own)
    assert subject == "Hello Miller Ltd"
    assert words.startswith("It is €100.00.\n\nIf you have a question")


@pytest.mark.parametrize(
    ("words", "line", "got"),
    [
        ("Subject: x\n\nOr our lawyers\nwill call.\n", 3, "'lawyers', which is said from the kind 'final_demand' on"),
        ("Subject: Deadline\n", 1, "'Deadline', which is said from the kind 'firm_notice' on"),
        ("Subject: x\n\n{% if total %}\npay or else\n{% endif %}", 4, "'or else', which threatens"),
        ("Subject: x\n\n{# court #}\n\nDear [name],\n", 5, "'[name]', which is a gap that was to be filled in"),
        ("Subject: x\n\n{{ total or 'the court' }}\n", 3, "'court', which is said from the kind 'final_demand' on"),
        ("Subject: x\n\nle{% if total %}gal steps{% endif %}\n", 3, "'legal', which is said from the kind 'final_demand' on"),
        ("Hello\n\nx\n", 1, "'Hello', which is no subject"),
        ("Subject: x\n\n{% if %}\n", 3, "which cannot be read"),
        ("Subject: x\n\n{% include total %}\n", 1, "names a template that is only known when it is filled"),
    ],
)
def test_a_template_that_says_what_it_must_not_is_refused_with_its_line(tmp_path, words, line, got):
    own = template(tmp_path / "own", words)
    with pytest.raises(OutputRefused) as refused:
        written(tmp_path / "letters", own)
    said = str(refused.value).split("\n")
    assert len(said) == 4
    assert said[0].startswith(f"the template 'en/reminder.j2' cannot be used, for line {line}")
    assert said[2].startswith("  got: ")
    assert got in said[2]
    assert "docs/letters.md" in said[3]
    assert not (tmp_path / "letters").exists()


def test_a_template_that_includes_what_must_not_be_said_is_refused_by_the_name_of_that(tmp_path):
    own = template(tmp_path / "own", "Kind regards,\nour lawyers\n", "en/_closing.j2")
    with pytest.raises(OutputRefused, match=r"the template 'en/_closing.j2' cannot be used, for line 2"):
        written(tmp_path / "letters", own)


def test_a_name_that_is_not_known_is_refused_with_the_names_that_are(tmp_path):
    own = template(tmp_path / "own", "Subject: x\n\nBy {{ deadline }}.\n")
    with pytest.raises(
        OutputRefused, match=r"(?s)cannot be filled, line 3.*expected: .*as_of, company.*got: 'deadline' is undefined"
    ):
        written(tmp_path / "letters", own)
    own = template(tmp_path / "own", "Subject: x\n\n[schedule]\n")
    with pytest.raises(OutputRefused, match=r"(?s)a list that this kind has not.*expected: \[items\]\n  got: \[schedule\]"):
        written(tmp_path / "letters", own)
    own = template(tmp_path / "own", 'Subject: x\n\n{% include "en/nothing.j2" %}\n')
    with pytest.raises(OutputRefused, match=r"(?s)there is no template 'en/nothing.j2'"):
        written(tmp_path / "letters", own)


def test_a_template_reaches_nothing_but_what_it_is_given(tmp_path):
    own = template(tmp_path / "own", "Subject: x\n\n{{ total.__class__.__mro__ }}\n")
    with pytest.raises(OutputRefused, match=r"(?s)cannot be filled.*got: .*unsafe"):
        written(tmp_path / "letters", own)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(
        OutputRefused, match=r"(?s)the folder of templates is not there.*got: \[letters\] templates = '.*nowhere'"
    ):
        written(tmp_path / "letters", tmp_path / "nowhere")


def test_the_folder_of_templates_is_named_from_the_policys_own_folder_on(tmp_path):
    template(tmp_path / "mine", "Subject: x\n")
    (tmp_path / "policy.toml").write_text('[letters]\ntemplates = "mine"\n')
    assert Policy.read(tmp_path / "policy.toml").letters.templates == str(tmp_path / "mine")
    (tmp_path / "policy.toml").write_text("")
    assert Policy.read(tmp_path / "policy.toml").letters.templates == ""


def test_a_copy_of_our_templates_makes_the_same_letter(tmp_path):
    shutil.copytree(OURS, tmp_path / "copy")
    assert written(tmp_path / "a", tmp_path / "copy") == written(tmp_path / "b", "")


# data is never a mark, nor wording


@pytest.mark.parametrize(
    "name",
    [
        "Court & Lawyers Ltd",
        "# Head",
        "- x",
        "| x",
        "? x",
        "[items]",
        "[your name]",
        "**x**",
        "{{7*7}}",
        "{% raw %}",
        "Subject: x",
        "____",
        "<b>",
        "\ue000x\ue001",
    ],
)
def test_what_comes_from_data_is_neither_checked_nor_taken_for_a_mark(tmp_path, name):
    own = template(tmp_path / "own", "Subject: {{ customer.name }}\n\n{{ customer.name }}\n\n- {{ customer.name }}\n")
    subject, words = written(tmp_path / "letters", own, name=name)
    seen = one_line(name).strip()
    assert subject.strip() == seen
    assert [" ".join(line.split()) for line in words.split("\n") if line.strip()] == [seen, f"- {seen}"]


def test_blocks_are_told_by_how_their_lines_begin():
    subject, blocks = read(
        f"Subject: {marked('# A')}\n\n# Head\nmore\n\n- one\n  goes on\n- two\n\n| {marked('x')}\n| {marked('')}\n| y\n\n"
        f"? why\n\n[list]\nafter **bold** {marked('**')}\n"
    )
    assert subject == "# A"
    assert [(block.kind, block.name, ["".join(run.words for run in line) for line in block.lines]) for block in blocks] == [
        ("heading", "", ["Head"]),
        ("paragraph", "", ["more"]),
        ("bullet", "", ["one goes on", "two"]),
        ("verse", "", ["x", "y"]),
        ("question", "", ["why"]),
        ("list", "list", []),
        ("paragraph", "", ["after bold **"]),
    ]
    assert [run.bold for run in blocks[-1].lines[0]] == [False, True, False]
