"""A letter as a mail draft, text and HTML, that opens for sending and bears no date."""

import re
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

from arkit.letters.markup import Letter, one_line
from arkit.letters.page import as_page
from arkit.letters.plain import as_text

#: One address, plain enough that no mail program can read anything else into it.
ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(\.[\w-]+)+", re.ASCII)


def as_mail(letter: Letter) -> bytes:
    """The draft of a mail; the same bytes whenever it is written from the same facts."""
    words, page = as_text(letter), as_page(letter)
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    message["Subject"] = one_line(letter.subject)
    addresses = [address for address in re.split(r"[;,\s]*[;,][;,\s]*", letter.envelope.email.strip()) if address]
    if addresses and all(ADDRESS.fullmatch(address) for address in addresses):
        message["To"] = ", ".join(addresses)
    message.set_content(words, cte="quoted-printable")
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    message.set_boundary(f"part-{sha256((words + page).encode()).hexdigest()[:32]}")
    return message.as_bytes()
