"""What pages share: ids, theme, state, small components. Knows no page and no session."""
