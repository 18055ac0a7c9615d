"""`make demo`: the portal and both bridges on the testbed, and the main job played through."""
