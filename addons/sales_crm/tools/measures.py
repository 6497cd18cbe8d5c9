"""The measures of sales, and the kinds of rows of the performance report that each is the sum of.

Who sums one measure asks for its kinds only: the other sources aren't even read.
"""

MEASURES = {
    "ordered": ("ordered",),
    "shipped": ("shipped", "goods_returned"),
    "invoiced": ("invoiced", "credited"),
    "paid": ("paid",),
}
