"""ES modules -> one script, which a page's security policy can admit by a single hash.

The modules also load as they are from a server. Here each follows those that it imports, without its `import` lines and the word
`export`; so names at the top level must differ, and nothing is renamed on import.
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./(\w+\.js)";\n', re.MULTILINE)
NAME = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
FURTHER = re.compile(r"^const \w+ = [^;\n]*;", re.MULTILINE)  # which may declare more: const RINGS = 12, TURNS = 24;


def script(main: str = "main.js", folder: Path = HERE) -> str:
    """The module `main` and all that it needs. ValueError for a name that two modules have, or an import that is missing."""
    parts: dict[str, str] = {}
    owners: dict[str, str] = {}

    def add(name: str) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        for names, module in IMPORT.findall(text):
            if module not in parts:
                add(module)
            for imported in names.split(", "):
                if owners.get(imported) != module:
                    raise ValueError(f"{name}: {module} exports no {imported}")
        more = [own for line in FURTHER.findall(text) for own in re.findall(r", ([A-Z]\w*) = ", line)]
        for own in NAME.findall(text) + more:
            if owners.setdefault(own, name) != name:
                raise ValueError(f"{own} is in {owners[own]} and in {name}")
        parts[name] = re.sub(r"^export ", "", IMPORT.sub("", text), flags=re.MULTILINE)

    add(main)
    return "\n".join(parts.values())
