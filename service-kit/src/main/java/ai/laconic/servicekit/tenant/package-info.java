/**
 * Who a request belongs to. The gateway authenticates; every hop after it trusts the header that
 * the gateway set, because only services can reach services.
 */
@NullMarked
package ai.laconic.servicekit.tenant;

import org.jspecify.annotations.NullMarked;
