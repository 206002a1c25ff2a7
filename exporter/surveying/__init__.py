"""What a network does over a whole data set, shard by shard: the survey of a bundle."""
