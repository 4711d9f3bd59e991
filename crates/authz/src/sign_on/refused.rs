//! Why somebody whom an identity provider brings does not come in.

/// Why somebody is not signed on. What of it they read is for the door to say; the text is for the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSignedOn {
    /// The provider is not there, or disabled.
    #[error("no enabled identity provider")]
    NoProvider,
    /// The claim of the e-mail address is absent, or none that counts.
    #[error("no e-mail address that counts")]
    NoEmail,
    /// There is no name by which the provider knows the person.
    #[error("no `sub`")]
    NoSubject,
    /// The claim of the tenant is neither a text nor a whole number.
    #[error("a tenant that is no text")]
    OddTenant,
    /// They are no member, or may not come in. They do not learn which.
    #[error("{0}")]
    NotAMember(&'static str),
    /// A tenant is claimed, and the provider vouches for nobody of one.
    #[error("the provider vouches for people of no tenant")]
    TenantsOff,
    /// There is no such tenant, or the provider vouches for nobody of it.
    #[error("no tenant of that name for whose people the provider vouches")]
    NoSuchTenant,
    /// Nobody of the tenant gets in.
    #[error("the tenant is deactivated")]
    TenantDeactivated,
    /// They are of a tenant, and none is claimed.
    #[error("the member is of a tenant, and none is claimed")]
    TenantRequired,
    /// They are of no tenant, and one is claimed.
    #[error("the member is of no tenant, and one is claimed")]
    TenantNotTheirs,
    /// They are of another tenant.
    #[error("the member is of another tenant")]
    AnotherTenant,
}

impl NotSignedOn {
    /// The word by which it is counted.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoProvider => "no_provider",
            Self::NoEmail => "no_email",
            Self::NoSubject => "no_subject",
            Self::OddTenant => "odd_tenant",
            Self::NotAMember(reason) => reason,
            Self::TenantsOff => "tenants_off",
            Self::NoSuchTenant => "no_such_tenant",
            Self::TenantDeactivated => "tenant_deactivated",
            Self::TenantRequired => "tenant_required",
            Self::TenantNotTheirs => "tenant_not_theirs",
            Self::AnotherTenant => "another_tenant",
        }
    }
}
