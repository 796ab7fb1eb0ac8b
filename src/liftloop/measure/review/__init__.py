"""The review (复盘) of a campaign: what was counted goes in, one document of sentences, figures and charts comes out.

Page, PDF and slides show the same document, so that no two of them can disagree; no language model writes any of it.
"""
