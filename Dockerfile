FROM odoo:19.0

USER root

# exact versions, each dependency listed: nothing else is installed
COPY requirements-addon.txt /tmp/requirements-addon.txt
RUN pip3 install --no-cache-dir --no-deps --break-system-packages -r /tmp/requirements-addon.txt \
    && rm /tmp/requirements-addon.txt

COPY --chmod=755 docker/init.sh /usr/local/bin/init-crm
COPY odoo.conf /etc/odoo/odoo.conf
COPY addons /mnt/extra-addons

USER odoo
