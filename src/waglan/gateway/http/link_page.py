"""The form that a one-time link leads to. Fetching it, as mail scanners do, uses nothing up.

The secret stands behind the #, which no browser sends; the page's own few lines post it when the
person presses the button. It fetches nothing from anywhere.
"""

import base64
import hashlib

from starlette.requests import Request
from starlette.responses import HTMLResponse

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1rem }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
input, button { padding: .5rem; margin: .2rem 0 1rem }
"""
SCRIPT = """
const form = document.querySelector("form"), said = document.querySelector("output");
form.addEventListener("submit", async event => {
  event.preventDefault();
  const [one, two] = form.querySelectorAll("input");
  if (one.value !== two.value) { said.textContent = form.dataset.differ; return; }
  const body = JSON.stringify({ secret: location.hash.slice(1), password: one.value });
  const headers = { "Content-Type": "application/json", "Accept-Language": navigator.language };
  const answer = await fetch("v1/links/use", { method: "POST", headers, body });
  const told = await answer.json();
  if (answer.ok) {
    form.remove();
    said.textContent = `OK: ${told.party} / ${told.login}`;
    history.replaceState(null, "", location.pathname);
  } else {
    said.textContent = (told.findings || []).map(f => f.problem + " " + f.remedy).join(" ");
  }
});
"""
PAGE = f"""<!doctype html><html lang=en><meta charset=utf-8>
<meta name=viewport content="width=device-width"><title>Waglan</title><style>{STYLE}</style>
<h1>Waglan</h1><p>Choose a password: 15 characters or more, for example four or five words.
<p lang=zh-Hant-HK>請設定密碼：最少 15 個字元，例如四至五個詞語。
<form data-differ="The two differ. 兩次輸入不同。">
<label>Password 密碼 <input type=password autocomplete=new-password required></label>
<label>Once more 再次輸入 <input type=password autocomplete=new-password required></label>
<button>Set it 設定</button></form><p><output></output>
<noscript><p>Without scripts: <code>waglan use-link</code>.</noscript>
<script>{SCRIPT}</script>
"""  # noqa: RUF001
_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_HASH}';"
        " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


async def serve(_request: Request) -> HTMLResponse:
    """Answer with the form; nothing is looked up."""
    return HTMLResponse(PAGE, headers=HEADERS)
