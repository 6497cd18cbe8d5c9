from odoo import api, fields, models


class ResUsers(models.Model):
    """Whose calendar says when a manager works: the employee's, else one chosen here, else the company's."""

    # Beside what a departure loses, another matter
    _inherit = "res.users"  # pylint: disable=consider-merging-classes-inherited

    sales_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Time in Sales",
        compute="_compute_sales_calendar_id",
        inverse="_inverse_sales_calendar_id",
        compute_sudo=True,
        help="When the plan of the day is carried over and reminders come. With the Employees app it is the "
        "employee's working time; nothing chosen: the company's.",
    )

    @api.depends("resource_ids.calendar_id", "company_id.resource_calendar_id")
    def _compute_sales_calendar_id(self):
        for user in self:
            user.sales_calendar_id = user._sales_calendar()

    def _inverse_sales_calendar_id(self):
        """The choice is kept where core keeps it: on the user's resource, which may be an employee's."""
        for user in self:
            # sudo: who may write users chooses their working time
            user = user.sudo()
            chosen = user.sales_calendar_id
            user._sales_create_resources()
            user._sales_resource().calendar_id = chosen or user.company_id.resource_calendar_id

    def _sales_resource(self):
        """:return: the employee's resource if the user is one (of his company first), else another"""
        resources = self.resource_ids.filtered("active")
        of_employees = resources._sales_of_employees()
        return self._sales_resource_of_company(of_employees) or super()._sales_resource()

    def _sales_resource_of_company(self, resources):
        return (resources.filtered(lambda r: r.company_id == self.company_id) or resources)[:1]


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def _sales_of_employees(self):
        """:return: those of these resources that are employees, none without the app ``hr``"""
        if "hr.employee" not in self.env:
            return self.browse()
        # sudo: who is an employee is no secret here
        return self.filtered(lambda resource: resource.sudo().employee_id.filtered("active"))
