/**
 * Contexts as the tiers see them. {@link ai.laconic.cacheclient.context.ContextClient} speaks of
 * the contexts of the current tenant: manifests, source texts, quota.
 *
 * <p>A manifest is kept once it was read, and every read asks the cache whether it still stands: a
 * context that was erased or has expired is gone at once, and of one that is there only what may
 * change is sent again. What was removed by this client is forgotten with the answer; what was
 * removed by another one, when it is next asked for, or once nobody has asked for it for a while.
 */
@NullMarked
package ai.laconic.cacheclient.context;

import org.jspecify.annotations.NullMarked;
