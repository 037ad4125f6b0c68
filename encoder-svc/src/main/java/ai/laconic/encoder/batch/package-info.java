/**
 * Batches: windows of all calls, encoded together.
 *
 * <p>A model reads a batch much faster than its windows one by one, and one thread has to run it
 * anyway. So calls hand their windows to a {@link ai.laconic.encoder.batch.Batcher} and wait. What
 * a batch consists of is decided by small things that know no time and no threads:
 *
 * <ul>
 *   <li>{@code FairQueue}: whose turn it is. Tenants that wait get equal shares of the tokens, and
 *       who comes new is in the next batch.
 *   <li>{@code TenantLine}: the order within a tenant. Its calls take turns, by {@code RoundRobin};
 *       within a call windows keep their order.
 *   <li>{@link ai.laconic.encoder.batch.BatchPolicy}: which windows share a batch. The one whose
 *       turn it is always goes; others join it as long as the padded batch stays within its limit
 *       and little of it is padding. It also says how long a batch that isn't full waits for
 *       company.
 * </ul>
 *
 * <p>States of a job: waiting for admission (it holds nothing), admitted with all tokens that it
 * will have unfinished at once, running, done. Closing a job forgets what waits of it and gives its
 * tokens back.
 *
 * <p>A batch that fails, for lack of memory too, fails its jobs; the next one is tried. When the
 * thread itself ends, the process does.
 */
@NullMarked
package ai.laconic.encoder.batch;

import org.jspecify.annotations.NullMarked;
