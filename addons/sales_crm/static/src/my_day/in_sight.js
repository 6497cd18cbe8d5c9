import {useEffect, useRef} from "@odoo/owl";

/**
 * Bring an element into sight whenever it may have become longer; nothing moves where all of it is seen.
 *
 * @param {string} name of the reference to the element
 * @param {Function} getCauses list of what makes it longer; nothing is done while the first one is empty
 */
export function useInSight(name, getCauses) {
    const ref = useRef(name);
    useEffect((isOpen) => {
        if (isOpen && ref.el) {
            ref.el.scrollIntoView({block: "nearest"});
        }
    }, getCauses);
}
