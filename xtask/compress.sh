#!/bin/sh
# Trunk's hook. Where xtask has started Trunk, it is asked itself: Cargo would first wait until what else it builds is done.
if [ -x "$KALENDS_XTASK" ]; then
    exec "$KALENDS_XTASK" compress
fi
exec cargo xtask compress
