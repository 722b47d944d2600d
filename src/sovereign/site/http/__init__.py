"""What holds for every answer of the site, as layers around the application: security, caching, limits."""
