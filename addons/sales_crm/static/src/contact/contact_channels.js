import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {CharField, charField} from "@web/views/fields/char/char_field";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** Further phones, mails and messengers of a contact, each a click away. */
export class ContactChannelsField extends Component {
    static template = "sales_crm.ContactChannelsField";
    static props = {...standardFieldProps, showRefused: {type: Boolean, optional: true}};

    /** Why the contact must not be called; a form says it elsewhere. */
    get refused() {
        return this.props.showRefused && this.props.record.data.call_refused;
    }

    get channels() {
        const isRefused = Boolean(this.props.record.data.call_refused);
        return (this.props.record.data[this.props.name] || []).map((channel) => ({
            ...channel,
            link: isRefused && channel.kind === "phone" ? "" : channel.link,
            title: [channel.note, channel.value].filter(Boolean).join(": "),
        }));
    }
}

registry.category("fields").add("sales_contact_channels", {
    component: ContactChannelsField,
    supportedTypes: ["json"],
    extractProps: ({viewType}) => ({showRefused: viewType === "list"}),
    fieldDependencies: [{name: "call_refused", type: "char"}],
});

/** The value of one channel: a link wherever it is only read. */
export class ContactChannelField extends CharField {
    static template = "sales_crm.ContactChannelField";

    get href() {
        return this.props.record.data.link;
    }
}

registry.category("fields").add("sales_contact_channel", {
    ...charField,
    component: ContactChannelField,
    fieldDependencies: [{name: "link", type: "char"}],
});
