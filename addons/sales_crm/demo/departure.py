"""The hand-over of the clients of a manager who left, done by the product itself and dated back."""

from odoo.tools import SQL

from .part import Part


class Departure(Part):
    """After the deals, some of which change hands; before the history, which tells of it."""

    def load(self):
        gone = self.company.former[-1]
        clients = [client for client in self.company.clients if client.former == gone]
        handed_over = self.days.past[clients[0].handed_over]
        [[last]] = self.env.execute_query(SQL("SELECT COALESCE(MAX(id), 0) FROM mail_message"))
        handover = self.env["sales.handover"].create(
            {"from_user_id": gone.id, "distribution": "hand", "reason": self.book["hand_over_reason"]}
        )
        handover = handover.with_user(self.company.head)
        handover.action_collect()
        receivers = {client.partner: client.manager for client in clients}
        # sudo: the example company is made by the server
        for line in handover.sudo().line_ids:
            line.receiver_id = receivers[line.client_id]
        handover.action_preview()
        handover.action_run()
        # sudo: only the server says when something was
        self._date_back(handover.sudo(), handed_over)
        # The history tells the same in its turn; nobody reads today what he was told then
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM mail_message WHERE id > %s", [last])
        self.env.invalidate_all()

    def _date_back(self, handover, day):
        moments = [self.days.moment(day, minutes) for minutes in (20, 30)]
        handover.write({"date_start": moments[1], "date_end": moments[1]})
        self.company.backdate(handover, moments[:1], [self.company.head])
