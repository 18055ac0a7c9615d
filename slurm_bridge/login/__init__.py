"""What people meet on a login node: the command `belfry`, and the files that the bridge writes."""
