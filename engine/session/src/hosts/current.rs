//! The session that a host call belongs to.

use crate::events::Event;
use crate::session::Session;

/// The session.
pub(super) fn session() -> &'static Session {
    let Some(session) = Session::current() else {
        unreachable!("host calls come from programs, and programs run in a session")
    };
    session.heed(session.core());
    session
}

/// The session, at a call that leaves time for a snapshot that is due.
pub(super) fn at_leisure() -> &'static Session {
    let session = session();
    if session.shared.is_due() {
        session.report(Event::Due);
    }
    session
}
