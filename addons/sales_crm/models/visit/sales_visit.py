import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.image import ImageProcess

from ...tools.geo import distance, position

PLACES = [
    ("near", "At the client's"),
    ("far", "Far from the client's"),
    ("unknown", "Client's address isn't on the map"),
    ("none", "Place not given"),
]

MAX_PHOTOS = 20

PHOTO_SIZE = (1920, 1920)


class SalesVisit(models.Model):
    """A manager has said that he is at the client's: when, and where his phone saw him.

    One row for each visit and day, written by the server only, and never changed: the time is the
    server's, the place is the browser's as far as the manager lets it be known.
    """

    _name = "sales.visit"
    _description = "Visit"
    _order = "datetime_in DESC, id DESC"
    _rec_name = "client_id"
    _sales_guard_path = "client_id"

    activity_id = fields.Many2one(
        "mail.activity", required=True, readonly=True, index=True, ondelete="restrict"
    )
    client_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", "Visitor", required=True, readonly=True, ondelete="restrict")
    datetime_in = fields.Datetime("Checked in at", required=True, readonly=True)
    date = fields.Date("Day", required=True, readonly=True, help="Where the visitor is.")
    place = fields.Selection(
        PLACES,
        required=True,
        readonly=True,
        default="none",
        help="Near: within the distance of the settings, the accuracy of the position taken into account.",
    )
    latitude = fields.Float(digits=(10, 7), readonly=True, aggregator=None)
    longitude = fields.Float(digits=(10, 7), readonly=True, aggregator=None)
    accuracy = fields.Float("Accuracy, m", digits=(10, 0), readonly=True, aggregator=None)
    distance = fields.Float(
        "Distance, m",
        digits=(10, 0),
        readonly=True,
        aggregator=None,
        help="From the client's address, in a straight line, if both places are known.",
    )
    photo_ids = fields.One2many(
        "ir.attachment", "res_id", "Photos", domain=[("res_model", "=", "sales.visit")], readonly=True
    )
    outcome_id = fields.Many2one(related="activity_id.outcome_id")
    feedback = fields.Text(related="activity_id.feedback", string="Result")

    _user_date_idx = models.Index("(user_id, date)")
    _date_idx = models.Index("(date)")
    _activity_date_uniq = models.UniqueIndex("(activity_id, date)", "This visit is checked in already.")

    # ------------------------------------------------------
    # I am here
    # ------------------------------------------------------

    @api.model
    def check_in(self, activity_id, place=None):
        """The current user is at the client's, now. Twice on one day counts once.

        :param int activity_id: an open visit that the user may change
        :param dict place: ``latitude``, ``longitude`` in degrees and ``accuracy`` in metres; None if the
            browser does not tell
        :return: dict, see :meth:`_to_show`
        :raise UserError: the activity is no visit, closed, of no client; or the place is none on earth
        """
        activity = self.env["mail.activity"].browse(activity_id).exists()
        self._check_may_visit(activity)
        self._refuse_twice_at_once(activity)
        values = self._prepare_check_in(activity, place)
        # sudo: the fact is the server's to write, the access to the activity is checked
        Visit = self.sudo()
        visit = Visit.search([("activity_id", "=", activity.id), ("date", "=", values["date"])])
        return (visit or Visit.create(values))._to_show()

    @api.model
    def _refuse_twice_at_once(self, activity):
        """Two taps on a slow network are one visit: the second request fails, is tried again by the
        server, and then sees what the first one has written.
        """
        touch = SQL("UPDATE mail_activity SET write_date = write_date WHERE id = %s", activity.id)
        self.env.cr.execute(touch)

    @api.model
    def _check_may_visit(self, activity):
        """:raise UserError: see :meth:`check_in`"""
        if not activity:
            raise UserError(self.env._("This visit isn't there any more. Open the day again."))
        activity.check_access("write")
        # sudo: type and client of an activity that the user may change
        activity = activity.sudo()
        if not activity.activity_type_id.is_visit:
            raise UserError(self.env._("“%s” is not a visit.", activity.display_name))
        if not activity.client_id:
            raise UserError(self.env._("“%s” is about no client.", activity.display_name))
        if not activity.active:
            raise UserError(self.env._("“%s” is closed already.", activity.display_name))

    @api.model
    def _prepare_check_in(self, activity, place):
        """:return: values of the fact"""
        now = fields.Datetime.now()
        return {
            "activity_id": activity.id,
            # sudo: the activity is his own, and says whom he visits
            "client_id": activity.sudo().client_id.id,
            "user_id": self.env.uid,
            "datetime_in": now,
            "date": self.env.user.sudo()._sales_local(now).date(),
            **self._prepare_place(activity, place),
        }

    @api.model
    def _prepare_place(self, activity, place):
        """:return: values of where it was and how far that is from the client's address"""
        if not place:
            return {"place": "none"}
        try:
            latitude, longitude, accuracy = position(place)
        except ValueError:
            raise UserError(self.env._("The phone has given a place that can't be. Try again."))
        values = {"latitude": latitude, "longitude": longitude, "accuracy": accuracy, "place": "unknown"}
        address = activity._visit_addresses()[activity.id]
        if address.partner_latitude or address.partner_longitude:
            metres = distance(latitude, longitude, address.partner_latitude, address.partner_longitude)
            radius = self.env.company.sales_visit_radius
            near = metres - accuracy <= radius
            values.update(distance=metres, place="near" if near else "far")
        return values

    def _to_show(self):
        """:return: dict of what My Day shows of a check-in; distance in metres or False"""
        self.ensure_one()
        return {
            "id": self.id,
            "datetime_in": fields.Datetime.to_string(self.datetime_in),
            "place": self.place,
            "distance": round(self.distance) if self.place in ("near", "far") else False,
            "photos": len(self.photo_ids),
        }

    # ------------------------------------------------------
    # Photos
    # ------------------------------------------------------

    def add_photo(self, data):
        """Attach a photo to one's own visit. It stays: nobody changes or deletes it.

        :param str data: the picture, base64
        :return: dict, see :meth:`_to_show`
        :raise UserError: it is somebody else's visit, no picture, or there are too many already
        """
        self.ensure_one()
        self.check_access("read")
        if self.user_id != self.env.user:
            raise UserError(self.env._("Only who made the visit adds photos to it."))
        # sudo: the fact is the server's to write
        visit = self.sudo()
        if len(visit.photo_ids) >= MAX_PHOTOS:
            raise UserError(self.env._("A visit has %s photos at most.", MAX_PHOTOS))
        self.env["ir.attachment"].sudo().create(
            {
                "name": self.env._("Photo %s", len(visit.photo_ids) + 1) + ".jpg",
                "res_model": self._name,
                "res_id": self.id,
                "raw": self._photo(data),
            }
        )
        visit.invalidate_recordset(["photo_ids"])
        return visit._to_show()

    @api.model
    def _photo(self, data):
        """:return: bytes of a JPEG picture, made smaller where it is large and without its metadata"""
        try:
            image = ImageProcess(base64.b64decode(data, validate=True))
            if not image.image:
                raise ValueError("a drawing")
            return image.resize(*PHOTO_SIZE).image_quality(quality=80, output_format="JPEG")
        except (binascii.Error, TypeError, ValueError, UserError):
            raise UserError(self.env._("This file is not a photo."))
