def post_init_hook(env):
    """Bring documents that existed before the installation into the client base."""
    env["res.partner"]._init_clients()
