"""Contrail as a host that was written for Tableau: it signs a token for each person, and its page has a `<tableau-viz>`.

Plain Python, no packages. What it has of Vitrine's is a host name, a client id, a secret id and a secret.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

PORT = int(os.environ.get("PORT", "8092"))
TABLEAU_URL = os.environ.get("TABLEAU_URL", "http://127.0.0.1:8080")
CLIENT_ID = "contrail-tableau"
VIEW = "/views/RegionalSales/Overview"

# Whoever is logged in to the product. Here that is a name in the address; a product has a cookie of its own.
PEOPLE = {
    "fred": {"name": "Fred Suzuki", "user": "fred.suzuki@contrail.example", "region": ["South"]},
    "sawdie": {"name": "Sawdie Pawthorne", "user": "sawdie.pawthorne@contrail.example", "region": ["West"]},
    "nora": {"name": "Nora North", "user": "nora.north@contrail.example", "region": ["North"]},
}


def secret() -> bytes:
    with open(os.environ["TABLEAU_SECRET_FILE"], encoding="utf-8") as file:
        return file.read().strip().encode()


def signed_token(person: str) -> str:
    """A token of a connected app with direct trust: it lets one person in, once, within five minutes."""
    who = PEOPLE[person]
    header = {"alg": "HS256", "typ": "JWT", "kid": os.environ["TABLEAU_SECRET_ID"], "iss": CLIENT_ID}
    claims = {
        "iss": CLIENT_ID,
        "exp": int(time.time()) + 300,
        "jti": str(uuid.uuid4()),
        "aud": "tableau",
        "sub": who["user"],
        "scp": ["tableau:views:embed", "tableau:metrics:embed"],
        # A user attribute. Whoever has the page can read it: it is no secret.
        "region": who["region"],
    }
    text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{encoded(hmac.new(secret(), text.encode(), hashlib.sha256).digest())}"


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Contrail</title>
<link rel="icon" href="data:,">
<style>body {{ font: 1rem/1.5 system-ui; margin: 1rem; }}</style>
<script type="module">
  import {{ TableauEventType }} from "{tableau}/javascripts/api/tableau.embedding.3.latest.min.js";
  const viz = document.querySelector("tableau-viz");
  const say = (text) => (document.querySelector("output").textContent = text);
  viz.addEventListener(TableauEventType.FirstInteractive, () => say(viz.workbook.activeSheet.name));
  viz.addEventListener(TableauEventType.VizLoadError, async ({{ detail }}) => {{
    const {{ reason }} = JSON.parse(detail.message);
    say(reason);
    if (reason === "session_expired") viz.token = await (await fetch(`/token${{location.search}}`)).text();
  }});
</script>
<nav>{people}</nav>
<p>Sheet shown: <output>none yet</output></p>
<tableau-viz src="{tableau}{view}" token="{token}" toolbar="bottom" hide-tabs></tableau-viz>
"""


class Contrail(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlparse(self.path)
        person = parse_qs(address.query).get("person", ["fred"])[0]
        if person not in PEOPLE or address.path not in ("/", "/token"):
            self.send_error(404)
        elif address.path == "/token":
            self.answer("text/plain", signed_token(person))
        else:
            links = " ".join(f'<a href="/?person={one}">{html.escape(who["name"])}</a>' for one, who in PEOPLE.items())
            self.answer("text/html", PAGE.format(people=links, tableau=TABLEAU_URL, view=VIEW, token=signed_token(person)))

    def answer(self, media_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", f"{media_type}; charset=utf-8")
        self.send_header("cache-control", "no-store")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Contrail)
    print(f"Contrail for Tableau is listening on http://localhost:{server.server_port}", flush=True)
    server.serve_forever()
