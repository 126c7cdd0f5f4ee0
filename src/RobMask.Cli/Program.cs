System.Console.WriteLine("robmask");
