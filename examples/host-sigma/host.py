"""Contrail as a host that was written for Sigma: it signs a JWT for each page, and the page frames an address with it.

Plain Python, no packages. What it has of Vitrine's is a host name, a client id and a secret.
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

PORT = int(os.environ.get("PORT", "8093"))
SIGMA_URL = os.environ.get("SIGMA_URL", "http://127.0.0.1:8080")
CLIENT_ID = "contrail-sigma"
WORKBOOK = "/contrail/workbook/Flights-7f55QbPFuCnK2n0P2tSuBl"

# Whoever is logged in to the product. Here that is a name in the address; a product has a cookie of its own.
PEOPLE = {
    "delta": {"name": "Deniz", "email": "deniz@delta.example", "carrier": "DL"},
    "jetblue": {"name": "Jules", "email": "jules@jetblue.example", "carrier": "B6"},
}


def secret() -> bytes:
    with open(os.environ["SIGMA_SECRET_FILE"], encoding="utf-8") as file:
        return file.read().strip().encode()


def signed_token(person: str) -> str:
    """A JWT that lets one person in, once, within ten minutes: each page that is loaded has a new one."""
    who = PEOPLE[person]
    now = int(time.time())
    header = {"alg": "HS256", "typ": "JWT", "kid": CLIENT_ID}
    claims = {
        "sub": who["email"],
        "jti": str(uuid.uuid4()),
        "iat": now,
        "exp": now + 600,
        "iss": CLIENT_ID,
        "first_name": who["name"],
        "last_name": "Contrail",
        "account_type": "Act",
        "teams": ["Station managers"],
        "user_attributes": {"carrier": who["carrier"]},
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
<style>
  body {{ font: 1rem/1.5 system-ui; margin: 1rem; }}
  iframe {{ border: 0; height: 40rem; width: 100%; }}
</style>
<nav>{people}</nav>
<p>Workbook: <output>not yet there</output></p>
<script>
  addEventListener("message", ({{ origin, data }}) => {{
    if (origin !== "{sigma}") return;
    const say = (text) => (document.querySelector("output").textContent = text);
    if (data.type === "workbook:loaded") say("loaded");
    if (data.type === "workbook:error") say(`${{data.code}}: ${{data.message}}`);
    if (data.type === "workbook:pageheight:onchange")
      document.querySelector("iframe").style.height = `${{data.pageHeight}}px`;
  }});
</script>
<iframe title="Flights" src="{address}"></iframe>
"""


class Contrail(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlparse(self.path)
        person = parse_qs(address.query).get("person", ["delta"])[0]
        if address.path != "/" or person not in PEOPLE:
            self.send_error(404)
            return
        framed = f"{SIGMA_URL}{WORKBOOK}?:jwt={signed_token(person)}&:embed=true&:responsive_height=true"
        page = PAGE.format(
            people=" ".join(f'<a href="/?person={one}">{who["name"]}</a>' for one, who in PEOPLE.items()),
            address=html.escape(framed),
            sigma=SIGMA_URL,
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("cache-control", "no-store")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: an address that lets somebody in belongs in no log."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Contrail)
    print(f"Contrail for Sigma is listening on http://localhost:{server.server_port}", flush=True)
    server.serve_forever()
