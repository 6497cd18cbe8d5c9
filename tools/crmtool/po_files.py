"""Compare exported terms with .po files, or merge them; run by the environment's Python, which has polib."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

MODULES = re.compile(r"modules?: (.+)")


def main(task: str, terms: str, addons: str, language: str, names: str) -> None:
    """Print what was found or done, a line each."""
    exported = polib.pofile(terms)
    for name in json.loads(names):
        mine = terms_of(exported, name)
        folder = Path(addons) / name / "i18n"
        for line in {"check": check, "merge": merge}[task](name, mine, folder, language):
            print(line)


def terms_of(exported: polib.POFile, name: str) -> polib.POFile:
    """Return the terms of one module out of an export of several."""
    mine = polib.POFile(wrapwidth=exported.wrapwidth)
    # without the dates a file changes only when its terms do
    mine.metadata = {key: value for key, value in exported.metadata.items() if not key.endswith("-Date")}
    mine.header = exported.header
    for entry in exported:
        modules = MODULES.search(entry.comment)
        if modules and name in re.split(r",\s*", modules[1]):
            entry_of_mine = polib.POEntry(
                **{key: getattr(entry, key) for key in ("msgid", "flags", "tcomment")}
            )
            # The further lines tell Odoo which terms Python and which the browser asks for
            entry_of_mine.comment = "\n".join([f"module: {name}", *entry.comment.splitlines()[1:]])
            entry_of_mine.occurrences = [
                place for place in entry.occurrences if belongs(place[0], name)
            ] or entry.occurrences
            mine.append(entry_of_mine)
    mine.sort(key=lambda entry: entry.msgid)
    return mine


def belongs(place: str, name: str) -> bool:
    """Tell whether an occurrence is in this module: ``model:…:module.xmlid`` or ``code:addons/module/…``."""
    return f":{name}." in place or f"addons/{name}/" in place


def check(name: str, mine: polib.POFile, folder: Path, language: str) -> Iterator[str]:
    """Tell what is not translated, doubtful, or no longer there."""
    path = folder / f"{language}.po"
    if not path.exists():
        yield f"{name}: i18n/{language}.po is not there; {len(mine)} terms have no translation"
        return
    translations = polib.pofile(str(path))
    known = {entry.msgid: entry for entry in translations if not entry.obsolete}
    for entry in mine:
        found = known.get(entry.msgid)
        if found is None or not found.msgstr.strip():
            places = ", ".join(place for place, _line in entry.occurrences[:2])
            yield f"{name}: no translation of {entry.msgid!r} ({places})"
        elif found.fuzzy:
            yield f"{name}: doubtful translation of {entry.msgid!r}"
    current = {entry.msgid for entry in mine}
    for entry in translations:
        if entry.obsolete or entry.msgid not in current:
            yield f"{name}: translation of a term that is no longer there: {entry.msgid!r}"


def merge(name: str, mine: polib.POFile, folder: Path, language: str) -> Iterator[str]:
    """Write the template, and keep in the language's file the translations of the terms that are there."""
    folder.mkdir(exist_ok=True)
    mine.save(str(folder / f"{name}.pot"))
    path = folder / f"{language}.po"
    old = (
        {entry.msgid: entry for entry in polib.pofile(str(path)) if not entry.obsolete}
        if path.exists()
        else {}
    )
    for entry in mine:
        if entry.msgid in old:
            entry.msgstr = old[entry.msgid].msgstr
            entry.flags = sorted({*entry.flags, *(["fuzzy"] if old[entry.msgid].fuzzy else [])})
    mine.metadata = {
        **mine.metadata,
        "Language": language,
        "Plural-Forms": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 :"
        " n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    }
    mine.save(str(path))
    empty = sum(not entry.msgstr for entry in mine)
    gone = len(set(old) - {entry.msgid for entry in mine})
    yield f"{name}: {len(mine)} terms, {empty} without translation, {gone} removed"


if __name__ == "__main__":
    main(*sys.argv[1:])
