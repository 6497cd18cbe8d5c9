"""Files of programs that many people use, known as a whole by their headers.

A layout says of each of its columns where it goes; the others are found by their words, as in any file.
"""

from .normalise import header_key

# name -> (headers that tell it, target -> headers of its columns)
LAYOUTS = {
    "Outlook": (
        "фамилия, имя, адрес эл почты, тип эл почты",
        {
            "name": "организация",
            "contact_last_name": "фамилия",
            "contact_first_name": "имя",
            "contact_middle_name": "отчество",
            "contact_function": "должность",
            "phone": "рабочий телефон, телефон раб, основной телефон организации, рабочий факс",
            "contact_phone": "телефон переносной, домашний телефон, телефон дом, другой телефон, основной "
            "телефон, телефон в машине, радиотелефон, домашний факс, другой факс, пейджер, телефон помощника",
            "contact_email": "адрес эл почты, адрес 2 эл почты, адрес 3 эл почты",
            "contact_birthday": "день рождения",
            "website": "веб страница",
            "note": "заметки, категории, отдел, область, годовщина, дети, супруг, руководитель, хобби",
            "skip": "тип эл почты, краткое имя эл почты, краткое эл почты, важность, пометка, частное, пол, "
            "инициалы, обращение",
        },
    ),
    "Outlook, English": (
        "first name, last name, e mail address, e mail type",
        {
            "name": "company",
            "contact_last_name": "last name",
            "contact_first_name": "first name",
            "contact_middle_name": "middle name",
            "contact_function": "job title",
            "phone": "business phone, company main phone, business fax",
            "contact_phone": "mobile phone, home phone, other phone, primary phone, car phone, home fax, "
            "other fax, pager, radio phone, assistant s phone",
            "contact_email": "e mail address, e mail",
            "contact_birthday": "birthday",
            "street": "business street",
            "city": "business city",
            "zip": "business postal code",
            "country": "business country, business country region",
            "website": "web page",
            "note": "notes, categories, department, anniversary",
            "skip": "e mail type, e mail display name, title, priority, sensitivity, private, gender, "
            "initials",
        },
    ),
    "Google": (
        "phone value, e mail value",
        {
            "name": "organization name",
            "contact_last_name": "last name, family name",
            "contact_first_name": "first name, given name",
            "contact_middle_name": "middle name, additional name",
            "contact_function": "organization title",
            "contact_phone": "phone value",
            "contact_email": "e mail value",
            "contact_birthday": "birthday",
            "street": "address street",
            "city": "address city",
            "zip": "address postal code",
            "country": "address country",
            "website": "website value",
            "note": "notes, labels, nickname, organization department, address formatted",
            "skip": "phone label, e mail label, address label, website label, photo, file as, name, "
            "phone type, e mail type, address type",
        },
    ),
    "amoCRM, contacts": (
        "рабочий телефон, мобильный телефон, рабочий email, личный email",
        {
            "name": "компания, название компании",
            "contact_name": "полное имя контакта, наименование, имя, название",
            "contact_function": "должность",
            "contact_phone": "рабочий телефон, рабочий прямой телефон, мобильный телефон, факс, "
            "домашний телефон, другой телефон",
            "contact_email": "рабочий email, личный email, другой email",
            "manager": "ответственный",
            "website": "web, сайт",
            "street": "адрес",
            "note": "теги, примечание, примечания, id, тип, дата создания, кем создан",
        },
    ),
    "Bitrix24, companies": (
        "название компании, рабочий телефон, рабочий e mail, тип компании",
        {
            "name": "название компании",
            "phone": "рабочий телефон, мобильный телефон, факс, другой телефон, контактный телефон, "
            "домашний телефон",
            "email": "рабочий e mail, частный e mail, другой e mail",
            "industry": "сфера деятельности",
            "manager": "ответственный",
            "website": "корпоративный сайт",
            "vat": "реквизит инн, инн",
            "kpp": "реквизит кпп, кпп",
            "company_registry": "реквизит огрн, огрн",
            "director_name": "реквизит ген директор",
            "street": "адрес, юридический адрес, фактический адрес",
            "note": "id, комментарий, тип компании, годовой оборот, дата создания",
        },
    ),
    "Bitrix24, contacts": (
        "имя, фамилия, рабочий телефон, рабочий e mail, ответственный",
        {
            "name": "компания",
            "contact_last_name": "фамилия",
            "contact_first_name": "имя",
            "contact_middle_name": "отчество",
            "contact_birthday": "дата рождения",
            "contact_function": "должность",
            "contact_phone": "рабочий телефон, мобильный телефон, домашний телефон, другой телефон",
            "contact_email": "рабочий e mail, частный e mail, другой e mail",
            "manager": "ответственный",
            "note": "id, тип контакта, комментарий, источник, обращение",
        },
    ),
    "1C, counterparties": (
        "наименование, полное наименование, инн, кпп",
        {
            "name": "наименование, наименование в программе",
            "vat": "инн, инн кпп",
            "kpp": "кпп",
            "company_registry": "огрн, код по егрюл",
            "manager": "основной менеджер, менеджер, ответственный",
            "contact_name": "основное контактное лицо, контактное лицо",
            "phone": "телефон, телефоны",
            "note": "полное наименование, код, вид контрагента, юр физ лицо, группа, код по окпо",
        },
    ),
    "amoCRM, deals": (
        "название сделки, этап сделки, бюджет, дата создания сделки",
        {
            "deal_number": "id",
            "deal_name": "название сделки",
            "deal_stage": "этап сделки",
            "deal_value": "бюджет",
            "deal_account": "компания, название компании, компания контакта",
            "deal_agent": "ответственный",
            "deal_open_date": "дата создания сделки",
            "deal_close_date": "дата закрытия",
            "deal_contact": "основной контакт, полное имя контакта",
            "deal_phone": "рабочий телефон, рабочий телефон контакт, рабочий прямой телефон, "
            "мобильный телефон",
            "deal_email": "рабочий email, рабочий email контакт, личный email",
            "deal_note": "теги, теги сделки, примечание, воронка, кем создана сделка",
        },
    ),
    "Bitrix24, deals": (
        "название, стадия сделки, сумма, валюта, компания",
        {
            "deal_number": "id",
            "deal_name": "название, название сделки",
            "deal_stage": "стадия, стадия сделки",
            "deal_value": "сумма",
            "deal_account": "компания",
            "deal_agent": "ответственный",
            "deal_open_date": "дата начала, дата создания",
            "deal_close_date": "дата завершения, предполагаемая дата закрытия",
            "deal_contact": "контакт",
            "deal_phone": "контакт рабочий телефон, контакт мобильный телефон, компания рабочий телефон",
            "deal_email": "контакт рабочий e mail, компания рабочий e mail",
            "deal_note": "комментарий, источник, валюта, тип, вероятность",
        },
    ),
}


def _split(text):
    return [word.strip() for word in text.split(",")]


def layout_of(layouts, role, headers):
    """:param dict layouts: like ``LAYOUTS``
    :param str role: what is in the file
    :param headers: texts of its header row
    :return: tuple (name of the layout, dict plain header -> target); ``(None, {})`` for any other file
    """
    keys = {header_key(header)[0] for header in headers}
    found, most = (None, {}), 0
    for name, (told_by, targets) in layouts.items():
        words = _split(told_by)
        is_deal = "deal_stage" in targets
        if is_deal == (role == "deal") and keys.issuperset(words) and len(words) > most:
            most = len(words)
            found = name, {header: target for target, of in targets.items() for header in _split(of)}
    return found
