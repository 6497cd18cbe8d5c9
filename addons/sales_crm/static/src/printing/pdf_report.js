import {registry} from "@web/core/registry";

/**
 * Without wkhtmltopdf core shows a web page under the name of a PDF file. The server says what is missing
 * instead; its error ends the printing.
 *
 * @param {Object} action the report to print
 * @param {Object} options of the action service
 * @param {Object} env
 * @returns {Promise<Boolean>} false: core goes on printing
 */
async function checkPdf(action, options, env) {
    if (action.report_type === "qweb-pdf") {
        await env.services.orm.silent.call("ir.actions.report", "sales_check_pdf", []);
    }
    return false;
}

registry.category("ir.actions.report handlers").add("sales_crm_pdf", checkPdf, {sequence: 1});
