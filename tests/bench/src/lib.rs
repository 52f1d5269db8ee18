//! Programs that print figures.
