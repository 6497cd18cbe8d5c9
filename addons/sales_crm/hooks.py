def post_init_hook(env):
    """Bring what existed before the installation into the client base and its history."""
    env["mail.activity"]._init_trace()
    env["res.partner"]._init_clients()
