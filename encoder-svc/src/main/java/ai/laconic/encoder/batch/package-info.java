/**
 * Batches: windows of all calls, encoded together.
 *
 * <p>A model reads a batch much faster than its windows one by one, and one thread has to run it
 * anyway. So calls hand their windows to a {@link ai.laconic.encoder.batch.Batcher} and wait. What
 * a batch consists of is decided by three small things, each a pure function of its arguments:
 *
 * <ul>
 *   <li>{@code RoundRobin}: whose turn it is. Tenants take turns, and so do the calls of a tenant;
 *       within a call windows keep their order.
 *   <li>{@code BatchPolicy}: which windows share a batch. The one whose turn it is always goes;
 *       others join it as long as the padded batch stays within its limit and little of it is
 *       padding. It also says how long a batch that isn't full waits for company.
 *   <li>{@code FairQueue}: what waits. Whoever had a turn goes behind those who hadn't, so every
 *       window's turn comes after a bounded number of batches, whatever else arrives.
 * </ul>
 *
 * <p>States of a job: admitted (its tokens are reserved, or RESOURCE_EXHAUSTED), waiting, running,
 * done. Closing a job forgets what waits of it and gives its tokens back.
 */
@NullMarked
package ai.laconic.encoder.batch;

import org.jspecify.annotations.NullMarked;
