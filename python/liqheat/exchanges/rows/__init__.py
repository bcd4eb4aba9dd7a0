"""Rows of the venue table, one file for each venue. Adding one touches no control flow.

Limits and units were read on 2026-11-22 from the pages named in each row and from ccxt 4.5.90. No limit was measured
live, so paging does not trust them: it asks again for what a short answer left out.
"""
