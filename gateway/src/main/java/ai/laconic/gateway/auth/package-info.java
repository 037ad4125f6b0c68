/**
 * Whose call it is. The gateway is the only service that clients reach, so it is the only one that
 * looks at credentials; the tiers behind it trust the header that it sets.
 */
@NullMarked
package ai.laconic.gateway.auth;

import org.jspecify.annotations.NullMarked;
