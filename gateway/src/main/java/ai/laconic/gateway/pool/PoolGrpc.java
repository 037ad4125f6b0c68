package ai.laconic.gateway.pool;

import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.ListPoolsResponse;
import ai.laconic.v1.PoolServiceGrpc;
import io.grpc.stub.StreamObserver;

/** Answers what is served here, from what is known: never waits for a pool. */
public final class PoolGrpc extends PoolServiceGrpc.PoolServiceImplBase {
  private final Pools pools;

  public PoolGrpc(Pools pools) {
    this.pools = pools;
  }

  @Override
  public void listPools(ListPoolsRequest request, StreamObserver<ListPoolsResponse> responses) {
    responses.onNext(ListPoolsResponse.newBuilder().addAllPools(pools.describe()).build());
    responses.onCompleted();
  }
}
