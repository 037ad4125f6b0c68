/**
 * Contexts as the tiers see them: manifests, found again without being sent again, and source
 * texts.
 */
@NullMarked
package ai.laconic.cacheclient.context;

import org.jspecify.annotations.NullMarked;
