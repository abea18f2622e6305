"""The templates: one for each kind and language, the user's before ours; filled, and never with words it must not say."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.meta import find_referenced_templates
from jinja2.sandbox import ImmutableSandboxedEnvironment

from arkit.errors import OutputRefused, some
from arkit.letters.markup import marked, plain, wording
from arkit.letters.tone import Finding, check_words, without_code

#: Our templates, a folder for each language.
OURS = Path(__file__).with_name("templates")
RULES = "docs/letters.md says what each kind may say"


class Templates:
    """The templates of a folder before ours; each is checked once, before it is first filled.

    Parameters
    ----------
    folder
        Of the user; empty for none. What is not in it is taken from ours.

    Raises
    ------
    OutputRefused
        If there is no such folder.

    Examples
    --------
    >>> Templates("").source("reminder", "de").splitlines()[0].startswith("Subject: ")
    True
    """

    def __init__(self, folder: str = "") -> None:
        theirs = Path(folder)
        if folder and not theirs.is_dir():
            raise OutputRefused(
                "the folder of templates is not there.",
                expected="a folder with templates in folders of their language, de/reminder.j2",
                got=f"[letters] templates = '{folder}'",
                fix="say where it is, from the policy's own folder on, or leave it empty",
            )
        self.environment = ImmutableSandboxedEnvironment(
            loader=jinja2.FileSystemLoader([theirs, OURS] if folder else [OURS], encoding="utf-8"),
            autoescape=False,  # what comes from data is marked, and escaped where a form is written
            undefined=jinja2.StrictUndefined,
            finalize=marked,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._sound: set[tuple[str, str]] = set()
        self._said = lru_cache(maxsize=512)(check_words)

    def source(self, kind: str, language: str) -> str:
        """The text of a template as it stands in its file."""
        return self._source(f"{language}/{kind}.j2")

    def fill(self, kind: str, language: str, known: dict[str, Any]) -> str:
        """A template filled, its data marked.

        Raises
        ------
        OutputRefused
            If the template or one it includes says what it must not, cannot be read, or names what is not known.
        """
        name = f"{language}/{kind}.j2"
        if (kind, language) not in self._sound:
            self._must_be_sound(name, kind, language, set())
            self._sound.add((kind, language))
        try:
            filled = self.environment.get_template(name).render(known)
        except (jinja2.UndefinedError, jinja2.exceptions.SecurityError, TypeError, ValueError, ArithmeticError) as error:
            raise _cannot_be_filled(name, _line_of(error), str(error), known) from error
        # a second look at what came out: wording may also be put together by a template
        found = self._said(wording(filled), kind, language)
        if found:
            raise _refused(name, found[0], kind, "of the letter it makes")
        if not plain(filled).lstrip().startswith("Subject:"):
            raise _refused(name, Finding(1, plain(filled).lstrip().split("\n")[0][:40], "is no subject"), kind)
        return filled

    def _source(self, name: str) -> str:
        loader = self.environment.loader
        assert loader is not None
        try:
            return loader.get_source(self.environment, name)[0]
        except jinja2.TemplateNotFound as error:
            raise OutputRefused(
                f"there is no template '{error.name}'.",
                expected=f"one of {some(sorted(path.name for path in OURS.glob('en/*.j2')), 40)}, in the language's folder",
                got=f"'{name}'",
                fix="correct the name that is included, or add that file",
            ) from error
        except UnicodeDecodeError as error:
            raise _refused(name, Finding(1, str(error), "is not UTF-8"), "") from error

    def _must_be_sound(self, name: str, kind: str, language: str, seen: set[str]) -> None:
        """Checks a template and all it includes."""
        seen.add(name)
        source = self._source(name)
        try:
            included = find_referenced_templates(self.environment.parse(source))
        except jinja2.TemplateSyntaxError as error:
            raise _refused(name, Finding(error.lineno, str(error.message), "cannot be read"), kind) from error
        found = check_words(without_code(source), kind, language)
        if found:
            raise _refused(name, found[0], kind)
        for other in included:
            if other is None:
                raise _refused(name, Finding(1, "include", "names a template that is only known when it is filled"), kind)
            if other not in seen:
                self._must_be_sound(other, kind, language, seen)


def _refused(name: str, found: Finding, kind: str, where: str = "") -> OutputRefused:
    return OutputRefused(
        f"the template '{name}' cannot be used, for line {found.line}{where and ' ' + where}.",
        expected=f"words of the kind '{kind}', and every gap filled in" if kind else "a text file in UTF-8",
        got=f"'{found.phrase}', which {found.why}",
        fix=f"change that line; {RULES}",
    )


def _cannot_be_filled(name: str, line: int, why: str, known: dict[str, Any]) -> OutputRefused:
    return OutputRefused(
        f"the template '{name}' cannot be filled{f', line {line}' if line else ''}.",
        expected=f"names that are known for this kind: {some(sorted(known), 60)}",
        got=why,
        fix="correct the name; docs/letters.md lists what each kind knows",
    )


def _line_of(error: Exception) -> int:
    """The line of the template in which it stopped; 0 where that cannot be told."""
    line, trace = 0, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
