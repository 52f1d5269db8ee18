//! Whole-system tests, told as stories.
