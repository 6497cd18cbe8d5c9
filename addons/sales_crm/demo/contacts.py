"""How the people of the example company's clients are reached, and what they are in a purchase."""

from ..tools.birthday import YEAR_UNKNOWN
from .part import Part

# Of the first, second and third contact of a client
ROLES = (("decides",), ("influences", "receives"), ("pays",))
MESSENGERS = (None, "whatsapp", None, None, "viber")  # of contacts in turn, by their own phone
YEAR_FORGOTTEN = 6  # so many contacts in turn, one of whom has told the day of his birthday only
NO_CALLS = 30  # of so many clients in turn, one asks not to be called


class Contacts(Part):
    """Adds what the contacts have beside their names; draws nothing by chance."""

    def load(self):
        roles = {
            name: self.env.ref(f"sales_crm.purchase_role_{name}").id for names in ROLES for name in names
        }
        of_roles = dict.fromkeys(ROLES, self.env["res.partner"])
        number = 0
        for client in self.company.clients:
            for (contact, _called), names in zip(client.contacts, ROLES, strict=False):
                of_roles[names] |= contact
                if number % YEAR_FORGOTTEN == 4:
                    contact.birthdate_date = contact.birthdate_date.replace(year=YEAR_UNKNOWN)
                number += 1
        for names, contacts in of_roles.items():
            contacts.purchase_role_ids = [roles[name] for name in names]
        self.env["sales.contact.channel"].create(list(self._prepare_channels()))
        for client in self.company.clients[11::NO_CALLS]:
            client.partner.write({"do_not_call": True, "do_not_call_reason": self.book["do_not_call"]})

    def _prepare_channels(self):
        """:return: generator of values: messengers of some contacts, a second mail of some clients"""
        number = 0
        for index, client in enumerate(self.company.clients):
            if index % 4 == 0:
                domain = client.partner.email.split("@")[1]
                address = f"{self.book['orders_mail']}@{domain}"
                yield {"partner_id": client.partner.id, "kind": "mail", "value": address}
            for contact, _called in client.contacts:
                kind = MESSENGERS[number % len(MESSENGERS)]
                if kind:
                    yield {
                        "partner_id": contact.id,
                        "kind": kind,
                        "value": contact.phone,
                        "preferred": kind == "whatsapp",
                    }
                number += 1
