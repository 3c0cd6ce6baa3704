"""What MkDocs does besides: LaTeX becomes MathML while the site is built, so that no page needs a script or a network to show it."""

from __future__ import annotations

import html
import re
from typing import Any

from latex2mathml.converter import convert

_FOUND = re.compile(r'<(div|span) class="arithmatex">\s*(?:\\\[|\\\()(.*?)(?:\\\]|\\\))\s*</\1>', re.S)


def on_page_content(content: str, page: Any, **_: Any) -> str:
    """Replace what arithmatex marked by MathML. A formula that cannot be converted stops the build with the page's name."""

    def made(found: re.Match[str]) -> str:
        display = "block" if found[1] == "div" else "inline"
        tex = html.unescape(found[2]).strip()
        mathml = convert(tex, display=display)
        if "\\" in mathml:
            raise ValueError(f"{page.file.src_uri}: not all of this formula can be converted: {tex}")
        return f'<{found[1]} class="arithmatex">{mathml}</{found[1]}>'

    return _FOUND.sub(made, content)
