"""Single sign-on of agents by OpenID Connect: somebody else checks who they are, the centre what they may.

Makes no accounts and no roles: who is let in must be an agent of the centre already.
"""
