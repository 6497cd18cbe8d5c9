import {_t} from "@web/core/l10n/translation";
import {formatShortDate} from "./day_format";

/**
 * What a client owes and what was promised, in one word.
 *
 * @param {Object|false} money as the server has it
 * @returns {Object|false} text, title and class of the badge; false where there is nothing to say
 */
export function moneyWord(money) {
    if (!money) {
        return false;
    }
    const parts = [promiseWord(money.promise), debtWord(money)].filter(Boolean);
    const isBad = money.overdue || money.promise?.is_late;
    return {
        text: parts.join(" · "),
        title: money.debt && money.overdue ? _t("Owes %s in all", money.debt) : parts.join(" · "),
        class: isBad ? "text-danger" : "text-muted",
    };
}

function debtWord({debt, overdue, overdue_days}) {
    if (overdue) {
        return overdue_days
            ? _t("overdue %(amount)s, %(days)s d.", {amount: overdue, days: overdue_days})
            : _t("overdue %s", overdue);
    }
    return debt && _t("owes %s", debt);
}

function promiseWord(promise) {
    if (!promise) {
        return "";
    }
    const what = {amount: promise.amount, date: formatShortDate(promise.date)};
    if (promise.is_ours) {
        return _t("we promised by %(date)s", what);
    }
    return promise.amount ? _t("promised %(amount)s by %(date)s", what) : _t("promised by %(date)s", what);
}

/**
 * @param {Object|false} visit when the next visit of a client is planned and due
 * @returns {Object|false} text and class; false where there is nothing to say
 */
export function visitWord(visit) {
    if (!visit) {
        return false;
    }
    if (visit.planned) {
        return {text: _t("visit on %s", formatShortDate(visit.planned)), class: "text-muted"};
    }
    const date = formatShortDate(visit.due);
    return visit.is_overdue
        ? {text: _t("visit overdue since %s", date), class: "text-danger"}
        : {text: _t("visit by %s", date), class: "text-muted"};
}
