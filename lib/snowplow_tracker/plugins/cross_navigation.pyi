# Types and documentation of cross_navigation.py. No board gets this file.
from ..tracker import Tracker

def decorate_link(
    tracker: Tracker,
    url: str,
    session_id: bool = True,
    user_id: bool = False,
    source_id: bool = True,
    source_platform: bool = False,
    reason: str | None = None,
) -> str:
    """A link that says which user and session it was shown to, as on a QR code.

    Args:
        tracker: Whose Session and Subject name the user. If it is anonymous, `url` stays as it is.
        url: Where the link leads.
        session_id: Whether it has the session.
        user_id: Whether it has the Subject's user id.
        source_id: Whether it has the app id.
        source_platform: Whether it has the platform.
        reason: Why the user follows it; 4,096 characters at most.

    Returns:
        The url with `_sp=duid.ms.sessionId.userId.sourceId.platform.reason`.

    Raises:
        ValueError: There is no user, or the url is one that Enrich cannot read.
    """
