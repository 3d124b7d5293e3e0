# The user, the session and its index also as the fields that browsers have them in: duid, sid and
# vid, where a Subject has none of its own. A plugin behind the Session:
#
#   tracker.plugins += [session, DomainFields(session)]


class DomainFields:
    def __init__(self, session) -> None:
        self.session = session

    def __call__(self, eid: str, pairs: dict, schema: "str | None", entities: list) -> None:
        session = self.session
        pairs.setdefault("duid", session.user_id)
        pairs.setdefault("sid", session.session_id)
        pairs.setdefault("vid", str(session.session_index))
