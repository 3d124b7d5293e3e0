# What a program may add to a tracker. Each file loads on use.
#
# A plugin is a function plugin(eid, pairs, schema, entities) in `tracker.plugins`; it may change
# `pairs` and `entities` before the event is sealed (tracker.py): session, lifecycle,
# global_entities, domain_fields, screen_tracking, activity_tracking, ecommerce. `anonymous` and
# `log` are attributes of the tracker of their own, since their order matters. `deferred` and
# `diagnostics` call the tracker; cross_navigation makes links.
