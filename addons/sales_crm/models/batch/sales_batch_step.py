import random
import time

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY


class SalesBatchStep(models.AbstractModel):
    """One step of the server's work is one transaction: it is done again on a conflict, then committed.

    For a cron that finds what is left by itself. Work that somebody starts and waits for is a
    ``sales.batch``.
    """

    _name = "sales.batch.step"
    _description = "Committed Step"

    _max_tries = 10  # of one step, when others change the same rows

    @api.model
    def _retry(self, batch_step, *args):
        """Run one batch, again if a user or another server changed the same rows meanwhile.

        Nothing of earlier batches is lost: they are committed.

        :return: what ``batch_step`` returns; it is flushed and not yet committed
        :raise: the conflict, if it was there at each try; the transaction is rolled back
        """
        for tried in range(1, self._max_tries + 1):
            try:
                result = batch_step(*args)
                self.env.flush_all()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                if tried == self._max_tries:
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**tried))

    @api.model
    def _commit(self, processed, remaining):
        """Each commit is the end of one batch.

        :param int processed: how much was done since the last one
        :param int remaining: how much is left; as long as there is anything, core starts the cron again
        :return: seconds left for the cron
        """
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
